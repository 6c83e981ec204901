import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { accessAtQuery } from '../../api/access'
import type { User } from '../../api/types'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { number } from '../../components/number'
import { SkeletonRows } from '../../components/Skeleton'
import { RunRoles } from '../../modules/access/RunRoles'
import { givenBy } from '../../modules/access/words'
import { kindWords, ResourceLine } from '../../modules/names'

/** How many cards are drawn at once; somebody may own thousands. */
const pageSize = 100

/** PersonOwns is what somebody answers for. */
export function PersonOwns({ user, mine }: { user: User; mine: boolean }) {
  const query = useQuery(accessAtQuery(user.login))
  const [shown, setShown] = useState(pageSize)
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
        {items.slice(0, shown).map((a) => (
          <li key={a.resource.id} className="rounded-lg border border-line bg-surface p-4 shadow-card">
            <ResourceLine
              resource={a.resource}
              detail={`${kindWords[a.resource.kind]} · ${givenBy(a.paths)}`}
            />
          </li>
        ))}
      </ul>
      {items.length > shown && (
        <Button className="justify-self-center" onClick={() => setShown(shown + pageSize)}>
          Show {Math.min(pageSize, items.length - shown)} more of {number(items.length)}
        </Button>
      )}
    </div>
  )
}
