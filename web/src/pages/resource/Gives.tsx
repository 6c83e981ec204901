import { useInfiniteQuery } from '@tanstack/react-query'
import { Link2 } from 'lucide-react'
import { useState } from 'react'
import { grantsQuery } from '../../api/grant'
import { rows } from '../../api/list'
import type { Grant, Resource } from '../../api/types'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { LoadMore } from '../../components/LoadMore'
import { SkeletonRows } from '../../components/Skeleton'
import { type Column, Table } from '../../components/Table'
import { EndAccess, type Ending } from '../../modules/access/EndAccess'
import { Ends } from '../../modules/access/Ends'
import { ResourceLine, relationWords } from '../../modules/names'
import { ProgressLines } from '../../modules/progress/ProgressLines'
import { Attach } from './Attach'

/** Gives is what a role gives its members: the role's own grants, each from a person who decided or added it. */
export function Gives({ resource: role }: { resource: Resource }) {
  const query = useInfiniteQuery(grantsQuery({ subject: `role:${role.slug}`, active: true, limit: 100 }))
  const [attaching, setAttaching] = useState(false)
  const [ending, setEnding] = useState<Ending | null>(null)
  const list = rows(query.data)
  const attach = (
    <Button icon={<Link2 aria-hidden className="size-4" />} onClick={() => setAttaching(true)}>
      Add what it gives
    </Button>
  )
  const columns: Column<Grant>[] = [
    { key: 'resource', header: 'Gives', cell: (g) => <ResourceLine resource={g.resource} /> },
    { key: 'level', header: 'As', cell: (g) => relationWords[g.relation] },
    { key: 'why', header: 'Why', cell: (g) => <span className="line-clamp-2">{g.reason || '–'}</span> },
    { key: 'ends', header: 'Ends', cell: (g) => <Ends at={g.ends_at} never={!!g.no_end} /> },
  ]
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="max-w-prose text-muted">
          Every member of {role.name} has these for as long as both last: their membership and what the role
          holds. Its owners do not.
        </p>
        {list.length > 0 && attach}
      </div>
      <ProgressLines resource={role.slug} named />
      {query.isPending ? (
        <SkeletonRows rows={3} label="Loading what it gives" />
      ) : !query.data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : list.length === 0 ? (
        <Card>
          <EmptyState kind="first" title="It gives nothing yet" action={attach}>
            What is added here reaches every member at once, and ends for all of them when it is taken away.
          </EmptyState>
        </Card>
      ) : (
        <Table
          caption={`What ${role.name} gives`}
          columns={columns}
          rows={list}
          id={(g) => g.id}
          action={(g) =>
            g.may_end && (
              <Button
                size="sm"
                look="danger-quiet"
                onClick={() =>
                  setEnding({
                    ids: [g.id],
                    what: `what ${role.name} has of ${g.resource.name}, for all its members`,
                  })
                }
              >
                Take away<span className="sr-only"> {g.resource.name}</span>
              </Button>
            )
          }
        />
      )}
      <LoadMore query={query} />
      <EndAccess ending={ending} onClose={() => setEnding(null)} />
      {attaching && <Attach role={role} onClose={() => setAttaching(false)} />}
    </div>
  )
}
