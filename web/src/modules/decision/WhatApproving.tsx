import { useQuery } from '@tanstack/react-query'
import { message } from '../../api/error'
import { tryQuery } from '../../api/impact'
import type { AccessRequest } from '../../api/types'
import { Note } from '../../components/Note'
import { Skeleton } from '../../components/Skeleton'
import { ImpactView } from '../impact/Impact'
import { names } from '../names'
import { useRights } from '../rights'
import { approval } from './approval'

/** WhatApproving says what an approval would bring, from a rehearsal of the vote itself: who would have what, or who is asked next. */
export function WhatApproving({ request: r, duration }: { request: AccessRequest; duration?: string }) {
  const rights = useRights()
  const { data, error } = useQuery(tryQuery(approval(r, duration, rights.admin || undefined)))
  if (error) return <Note tone="warn">{message(error)}</Note>
  if (!data) return <Skeleton className="h-16" />
  const after = data.result as AccessRequest | undefined
  const next = after?.state === 'pending' ? after.stages?.find((s) => s.state === 'open') : undefined
  const same = next && r.stages?.find((s) => s.state === 'open')?.position === next.position
  const asked = (next?.approvers ?? []).filter((a) => !next?.votes?.some((v) => v.by.id === a.id))
  return (
    <div className="grid gap-2">
      {next && (
        <p>
          {same
            ? 'Yours alone does not settle this step: '
            : `It is not the last step. Then “${next.name}” comes: `}
          {asked.length > 0 ? `${names(asked)} would have to approve.` : 'others would have to approve.'}{' '}
          Nobody gets anything by your approval alone.
        </p>
      )}
      {!next && r.kind === 'work_order' && <p>The work is handed to those who do it.</p>}
      {(!next || (data.impact.items ?? []).length > 0) && r.kind !== 'work_order' && (
        <ImpactView impact={data.impact} />
      )}
    </div>
  )
}
