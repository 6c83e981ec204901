import { useQueryClient } from '@tanstack/react-query'
import { Eye, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { type Connection, type Sync, syncConnection } from '../../api/connection'
import { message } from '../../api/error'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { Checkbox } from '../../components/Checkbox'
import { Note } from '../../components/Note'
import { toast } from '../../components/toast'
import { PlanView } from '../../modules/plan/PlanView'
import { isEmpty } from '../../modules/plan/plan'

/** SyncPanel reads a connection as a plan first; only then is anything applied. */
export function SyncPanel({ connection: c, may }: { connection: Connection; may: boolean }) {
  const client = useQueryClient()
  const [sync, setSync] = useState<Sync | null>(null)
  const [error, setError] = useState('')
  const [busy, setBusy] = useState('')
  const [shrink, setShrink] = useState(false)
  const run = async (preview: boolean) => {
    setBusy(preview ? 'preview' : 'apply')
    setError('')
    try {
      const done = await syncConnection(c.id, {
        preview: preview || undefined,
        accept_shrink: (!preview && shrink) || undefined,
      })
      setSync(done)
      setShrink(false)
      if (done.state === 'applied') {
        toast('The sync was applied.', { tone: 'good' })
        for (const key of ['users', 'user', 'resources', 'access', 'holders'])
          void client.invalidateQueries({ queryKey: [key] })
      }
    } catch (e) {
      setError(message(e))
    } finally {
      setBusy('')
      void client.invalidateQueries({ queryKey: ['connections'] })
    }
  }
  const plan = sync?.plan
  const open = sync && sync.state !== 'applied' && sync.state !== 'failed'
  const refused = plan?.refused || sync?.state === 'refused'
  return (
    <Card
      title={sync?.state === 'applied' ? 'What was changed' : plan ? 'What would change' : 'Read it now'}
      action={
        may && (
          <Button
            size="sm"
            icon={<Eye aria-hidden className="size-4" />}
            busy={busy === 'preview'}
            disabled={!!c.paused_at}
            onClick={() => void run(true)}
          >
            {busy === 'preview' ? 'Reading…' : plan ? 'Read again' : 'Preview'}
          </Button>
        )
      }
    >
      <div className="grid gap-4">
        {error && <Note tone="bad">{error}</Note>}
        {sync?.error && <Note tone={sync.state === 'refused' ? 'warn' : 'bad'}>{sync.error}</Note>}
        {!sync && !error && (
          <p className="text-muted">
            A preview reads everything and shows what would change: who is new, who left, which groups
            changed. Nothing is written before you apply it.
          </p>
        )}
        {plan && <PlanView plan={plan} />}
        {plan && open && may && !isEmpty(plan) && (
          <div className="grid gap-3 border-line border-t pt-4">
            {refused && (
              <>
                <p className="text-muted">
                  It is held back because suspiciously much is missing: a directory that answers with a tenth
                  of its people would end everybody else’s access.
                </p>
                <Checkbox checked={shrink} onChange={(e) => setShrink(e.target.checked)}>
                  I have checked the source: they really are gone
                </Checkbox>
              </>
            )}
            <div>
              <Button
                look={plan.removes ? 'danger' : 'primary'}
                icon={<RefreshCw aria-hidden className="size-4" />}
                busy={busy === 'apply'}
                disabled={!!refused && !shrink}
                onClick={() => void run(false)}
              >
                Apply {plan.creates + plan.changes + plan.removes} changes
              </Button>
            </div>
          </div>
        )}
      </div>
    </Card>
  )
}
