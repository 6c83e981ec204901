import { useQueryClient } from '@tanstack/react-query'
import { Bell } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { message } from '../../api/error'
import { cancelRequest, remind, replaceApprovers } from '../../api/request'
import type { AccessRequest } from '../../api/types'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { RelativeTime } from '../../components/RelativeTime'
import { toast } from '../../components/toast'
import { fresh } from '../../modules/decision/cast'

const Confirm = lazy(() => import('../../components/Confirm').then((m) => ({ default: m.Confirm })))
const ReplaceDialog = lazy(() => import('./ReplaceDialog'))

/** PendingCard is what can be done with an undecided request by who may not decide it: remind, cancel, unstick. */
export function PendingCard({
  request,
  mine,
  admin,
}: {
  request: AccessRequest
  mine: boolean
  admin: boolean
}) {
  const client = useQueryClient()
  const [dialog, setDialog] = useState<'' | 'cancel' | 'replace'>('')
  const [busy, setBusy] = useState(false)
  const nudge = async () => {
    setBusy(true)
    try {
      await remind(request.id)
      toast('Reminded those who have not decided.', { tone: 'good' })
    } catch (error) {
      toast(message(error), { tone: 'bad' })
    } finally {
      setBusy(false)
    }
  }
  return (
    <Card title={mine ? 'Your request' : 'This request'}>
      <p className="mb-3 text-muted">
        It expires <RelativeTime at={request.expires_at} /> if nobody decides.
        {request.may_cancel && ' Until it is decided you can cancel it; it stays in the history.'}
      </p>
      <div className="flex flex-wrap gap-2">
        {request.may_cancel && (
          <>
            <Button icon={<Bell aria-hidden className="size-4" />} busy={busy} onClick={() => void nudge()}>
              Remind
            </Button>
            <Button look="danger-quiet" onClick={() => setDialog('cancel')}>
              Cancel request
            </Button>
          </>
        )}
        {admin && <Button onClick={() => setDialog('replace')}>Replace approvers</Button>}
      </div>
      <Suspense fallback={null}>
        {dialog === 'cancel' && (
          <Confirm
            open
            onClose={() => setDialog('')}
            title="Cancel this request?"
            action="Cancel request"
            dismiss="Keep it"
            onConfirm={async () => {
              await cancelRequest(request.id)
              await fresh(client, request.id)
              toast('Request cancelled.')
            }}
          >
            Nobody is asked any more. You can ask again at any time.
          </Confirm>
        )}
        {dialog === 'replace' && (
          <ReplaceDialog
            onClose={() => setDialog('')}
            onReplace={async (login, reason) => {
              await replaceApprovers(request.id, [`user:${login}`], reason)
              await fresh(client, request.id)
              toast('Somebody else was asked.', { tone: 'good' })
            }}
          />
        )}
      </Suspense>
    </Card>
  )
}
