import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { grantListQuery } from '../../api/access'
import { partsQuery } from '../../api/catalogue'
import { rows } from '../../api/list'
import type { Grant, Resource } from '../../api/types'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { LoadMore } from '../../components/LoadMore'
import { Skeleton } from '../../components/Skeleton'
import { type Column, Table } from '../../components/Table'
import { Ends } from '../../modules/access/Ends'
import { useAsOf } from '../../modules/asof/AsOf'
import { GraphView, Shown, useDrawn, useRead } from '../../modules/graph/GraphView'
import { appGraph } from '../../modules/graph/graph'
import { PersonLink, ResourceLine, ResourceLink, relationWords } from '../../modules/names'
import { type Held, held } from './parts'

const columns: Column<Held>[] = [
  { key: 'what', header: 'What', cell: ({ resource }) => <ResourceLine resource={resource} /> },
  { key: 'who', header: 'Held by', cell: ({ grant }) => <Holder grant={grant} /> },
  { key: 'level', header: 'As', cell: ({ grant: g }) => (g ? relationWords[g.relation] : '–') },
  {
    key: 'ends',
    header: 'Ends',
    cell: ({ grant: g }) => (g ? <Ends at={g.ends_at} never={g.no_end} /> : '–'),
  },
]

function Holder({ grant: g }: { grant?: Grant }) {
  if (!g) return <span className="text-muted">Nobody</span>
  return g.subject.kind === 'role' ? (
    <ResourceLink resource={{ ...g.subject, slug: g.subject.slug ?? '', kind: 'role' }} />
  ) : (
    <PersonLink user={g.subject} />
  )
}

/** So many grants are drawn; the table has them all. */
const most = 2000

/** AppMap is an app as a whole: its parts, and which people and roles hold or own each. */
export function AppMap({ resource }: { resource: Resource }) {
  const { at, control, banner } = useAsOf()
  const query = useInfiniteQuery(
    grantListQuery({
      app: resource.slug,
      sort: 'resource',
      limit: 200,
      total: true,
      ...(at ? { at } : { active: true }),
    }),
  )
  const parts = useQuery(partsQuery(resource.slug))
  const [drawn, choice] = useDrawn()
  const grants = useMemo(() => rows(query.data), [query.data])
  const total = query.data?.pages[0]?.total ?? grants.length
  const read = useRead(query, grants.length, most, drawn)
  const more = query.hasNextPage
  const list = useMemo(
    () => held(query.data?.pages ?? [], parts.data ?? [], resource.id, { more, at }),
    [query.data, parts.data, resource.id, more, at],
  )
  const make = useCallback(
    (opened: ReadonlySet<string>) =>
      appGraph(
        grants,
        list.flatMap((h) => (h.grant ? [] : [h.resource])),
        opened,
      ),
    [grants, list],
  )
  if (query.isPending || parts.isPending) return <Skeleton className="h-80 rounded-lg" />
  if (!query.data) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  if (!parts.data) return <ErrorState error={parts.error} onRetry={() => void parts.refetch()} />
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex flex-wrap justify-end gap-2">
        {control}
        {choice}
      </div>
      {banner(`Who had what in ${resource.name}`, `Who will have what in ${resource.name}`)}
      {grants.length > 0 && read && <Shown total={total} count={grants.length} one="grant" drawn={drawn} />}
      {!read ? (
        <Skeleton className="h-80 rounded-lg" />
      ) : list.length === 0 ? (
        <Card>
          <EmptyState kind="first" title={at ? 'Nobody had anything in it' : 'Nobody has anything in it'}>
            What people and roles hold in {resource.name} is drawn here.
          </EmptyState>
        </Card>
      ) : drawn ? (
        <GraphView label={`${resource.name} and who holds what in it, drawn`} make={make} />
      ) : (
        <>
          <Table
            caption={`Who holds what in ${resource.name}`}
            columns={columns}
            rows={list}
            id={(h) => h.grant?.id ?? h.resource.id}
          />
          <LoadMore query={query} />
        </>
      )}
    </div>
  )
}
