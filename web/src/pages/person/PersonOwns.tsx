import { useQuery } from '@tanstack/react-query'
import { accessAtQuery } from '../../api/access'
import type { User } from '../../api/types'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { SkeletonRows } from '../../components/Skeleton'
import { RunRoles } from '../../modules/access/RunRoles'
import { givenBy } from '../../modules/access/words'
import { kindWords, ResourceLine } from '../../modules/names'

/** PersonOwns is what somebody answers for. */
export function PersonOwns({ user, mine }: { user: User; mine: boolean }) {
  const query = useQuery(accessAtQuery(user.login))
  const items = (query.data?.items ?? []).filter((a) => a.relation === 'owner')
  if (query.isPending) return <SkeletonRows rows={4} label="Loading" />
  if (!query.data) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  if (items.length === 0)
    return (
      <Card>
        <EmptyState kind="first" title={mine ? 'You own nothing' : 'Owns nothing'}>
          Owners decide who gets something and keep it in order.
        </EmptyState>
      </Card>
    )
  const roles = items.some((a) => a.resource.kind === 'role')
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      {roles && (
        <section aria-label="Roles">
          <RunRoles owner={user.login} name={mine ? undefined : user.name} />
        </section>
      )}
      <ul className="grid gap-3 sm:grid-cols-2">
        {items.map((a) => (
          <li key={a.resource.id} className="rounded-lg border border-line bg-surface p-4 shadow-card">
            <ResourceLine
              resource={a.resource}
              detail={`${kindWords[a.resource.kind]} · ${givenBy(a.paths)}`}
            />
          </li>
        ))}
      </ul>
    </div>
  )
}
