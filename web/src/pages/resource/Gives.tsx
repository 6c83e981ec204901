import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Link2 } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { holdersListQuery } from '../../api/access'
import { grantsQuery } from '../../api/grant'
import { rows } from '../../api/list'
import type { Grant, Resource } from '../../api/types'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { LoadMore } from '../../components/LoadMore'
import { many } from '../../components/number'
import { SkeletonRows } from '../../components/Skeleton'
import { type Column, Table } from '../../components/Table'
import { EndAccess, type Ending } from '../../modules/access/EndAccess'
import { Ends } from '../../modules/access/Ends'
import { useAsOf } from '../../modules/asof/AsOf'
import { GraphView, useDrawn, useRead } from '../../modules/graph/GraphView'
import { roleGraph } from '../../modules/graph/graph'
import { ResourceLine, relationWords } from '../../modules/names'
import { resourceKey, resourcePath } from '../../modules/paths'
import { ProgressLines } from '../../modules/progress/ProgressLines'
import { Attach } from './Attach'

const columns: Column<Grant>[] = [
  { key: 'resource', header: 'Gives', cell: (g) => <ResourceLine resource={g.resource} /> },
  { key: 'level', header: 'As', cell: (g) => relationWords[g.relation] },
  { key: 'why', header: 'Why', cell: (g) => <span className="line-clamp-2">{g.reason || '–'}</span> },
  { key: 'ends', header: 'Ends', cell: (g) => <Ends at={g.ends_at} never={!!g.no_end} /> },
]

/** So many members are drawn. */
const most = 1000

/** Gives is what a role reaches, now or at another moment: its own grants, each from a person who decided or added it, and to whom they go. */
export function Gives({ resource: role }: { resource: Resource }) {
  const { at, control, banner } = useAsOf()
  const query = useInfiniteQuery(
    grantsQuery({ subject: `role:${resourceKey(role)}`, limit: 200, ...(at ? { at } : { active: true }) }),
  )
  const members = useInfiniteQuery(holdersListQuery(resourceKey(role), { relation: 'member', at }))
  const known = useMemo(() => rows(members.data), [members.data])
  const people = members.data?.pages[0]?.total ?? known.length
  const [attaching, setAttaching] = useState(false)
  const [ending, setEnding] = useState<Ending | null>(null)
  const list = useMemo(() => rows(query.data), [query.data])
  const [drawn, choice] = useDrawn()
  // Of more than are drawn one by one the number says enough: they all hang on the role alone.
  const read = useRead(members, people > most ? most : known.length, most, drawn)
  const make = useCallback(
    (opened: ReadonlySet<string>) => {
      const all = new URLSearchParams({ tab: 'holders', ...(at ? { at } : {}) })
      const who = { items: known, total: people, list: `${resourcePath(role)}?${all}` }
      return roleGraph(role, who, list, opened)
    },
    [role, known, people, at, list],
  )
  const attach = !at && (
    <Button icon={<Link2 aria-hidden className="size-4" />} onClick={() => setAttaching(true)}>
      Add what it gives
    </Button>
  )
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <p className="max-w-prose text-muted">
        Every member of {role.name} has these for as long as both last: their membership and what the role
        holds. Its owners do not.
      </p>
      <div className="flex flex-wrap items-center gap-2">
        <p className="min-w-48 flex-1">
          {members.data && (
            <Link
              to={resourcePath(role)}
              search={{ tab: 'holders', ...(at ? { at } : {}) }}
              className="touch rounded font-medium underline decoration-edge underline-offset-3 hover:decoration-ink"
            >
              {at ? 'Reached' : 'Reaches'} {people === 0 ? 'nobody' : many(people, 'person', 'people')}
            </Link>
          )}
        </p>
        {control}
        {choice}
        {list.length > 0 && attach}
      </div>
      {banner(`What ${role.name} gave`, `What ${role.name} will give`)}
      {!role.deleted_at && <ProgressLines resource={role.slug} named />}
      {query.isPending || (drawn && (members.isPending || !read)) ? (
        <SkeletonRows rows={3} label="Loading what it gives" />
      ) : !query.data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : list.length === 0 ? (
        <Card>
          <EmptyState
            kind="first"
            title={at ? 'It gave nothing at that moment' : 'It gives nothing yet'}
            action={attach || undefined}
          >
            What is added here reaches every member at once, and ends for all of them when it is taken away.
          </EmptyState>
        </Card>
      ) : drawn ? (
        <GraphView label={`What ${role.name} gives to whom, drawn`} make={make} />
      ) : (
        <Table
          caption={`What ${role.name} gives`}
          columns={columns}
          rows={list}
          id={(g) => g.id}
          action={
            at
              ? undefined
              : (g) =>
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
