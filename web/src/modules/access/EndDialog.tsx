import { useQueryClient } from '@tanstack/react-query'
import { endGrants } from '../../api/access'
import { endGrant } from '../../api/grant'
import { Confirm } from '../../components/Confirm'
import { many } from '../../components/number'
import { toast } from '../../components/toast'
import { Impact } from '../impact/Impact'

export interface Ending {
  ids: readonly string[]
  /** "Grace’s access to Figma", "access for 3 people". */
  what: string
  /** What else it means, e.g. for the rest of a role. */
  note?: string
  needReason?: boolean
}

/** EndDialog asks once more and for a reason, then ends. Rows that are refused are named. */
export function EndDialog({
  ending,
  onClose,
  onDone,
}: {
  ending: Ending | null
  onClose: () => void
  onDone?: () => void
}) {
  const client = useQueryClient()
  const n = ending?.ids.length ?? 0
  return (
    <Confirm
      open={ending !== null}
      danger
      onClose={onClose}
      title={`End ${ending?.what ?? 'access'}?`}
      action={n > 1 ? `End ${many(n, 'grant')}` : 'End access'}
      dismiss="Keep it"
      reason={{
        label: 'Why?',
        required: ending?.needReason ?? false,
        help: 'It is kept in the history and told to who loses the access.',
      }}
      onConfirm={async (reason) => {
        const ids = ending?.ids ?? []
        const [only] = ids
        if (ids.length === 1 && only) {
          await endGrant(only, reason)
          toast('Access ended.', { tone: 'good' })
        } else {
          const { items } = await endGrants(ids, reason)
          const bad = (items ?? []).filter((i) => i.status >= 400)
          const good = ids.length - bad.length
          toast(
            bad.length
              ? `${good.toLocaleString('en')} ended, ${bad.length.toLocaleString('en')} not: ${bad[0]?.detail ?? 'refused'}`
              : `${good.toLocaleString('en')} grants ended.`,
            { tone: bad.length ? 'bad' : 'good' },
          )
        }
        for (const key of ['access', 'grants', 'holders', 'me', 'history', 'request'])
          void client.invalidateQueries({ queryKey: [key] })
        onDone?.()
      }}
    >
      {ending?.note ??
        `${ending?.ids.length === 1 ? 'It ends' : 'They end'} now. What another grant gives stays.`}
      {ending && (
        <section aria-label="What that changes" className="mt-3 rounded-md bg-sunken p-3 text-ink">
          <Impact
            trial={{
              method: 'post',
              path: '/api/v1/grants/end',
              body: { ids: ending.ids, reason: 'not yet said' },
            }}
          />
        </section>
      )}
    </Confirm>
  )
}
