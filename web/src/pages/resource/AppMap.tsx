import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import { allGrants } from '../../api/access'
import type { Grant, Resource } from '../../api/types'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { byName as inOrder } from '../../components/order'
import { Skeleton } from '../../components/Skeleton'
import { type Column, Table } from '../../components/Table'
import { Ends } from '../../modules/access/Ends'
import { useAsOf } from '../../modules/asof/AsOf'
import { GraphView, useDrawn } from '../../modules/graph/GraphView'
import { appGraph } from '../../modules/graph/graph'
import { PersonLink, ResourceLine, ResourceLink } from '../../modules/names'

const columns: Column<Grant>[] = [
  { key: 'what', header: 'What', cell: (g) => <ResourceLine resource={g.resource} /> },
  {
    key: 'who',
    header: 'Held by',
    cell: (g) =>
      g.subject.kind === 'role' ? (
        <ResourceLink resource={{ ...g.subject, slug: g.subject.slug ?? '', kind: 'role' }} />
      ) : (
        <PersonLink user={g.subject} />
      ),
  },
  { key: 'ends', header: 'Ends', cell: (g) => <Ends at={g.ends_at} never={g.no_end} /> },
]

/** AppMap is an app as a whole: its parts, and which people and roles hold each. */
export function AppMap({ resource }: { resource: Resource }) {
  const { at, control, banner } = useAsOf()
  const query = useQuery({
    queryKey: ['grants', 'app', resource.id, at ?? ''],
    queryFn: async () =>
      (
        await allGrants({ app: resource.slug, relation: 'member', ...(at ? { at } : { active: true }) }, 2000)
      ).sort((a, b) => inOrder(a.resource.name, b.resource.name) || inOrder(a.subject.name, b.subject.name)),
    placeholderData: keepPreviousData,
  })
  const [drawn, choice] = useDrawn()
  const data = query.data
  const make = useCallback((opened: ReadonlySet<string>) => appGraph(data ?? [], opened), [data])
  if (query.isPending) return <Skeleton className="h-80 rounded-lg" />
  if (!data) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex flex-wrap justify-end gap-2">
        {control}
        {choice}
      </div>
      {banner(`Who had what in ${resource.name}`, `Who will have what in ${resource.name}`)}
      {data.length === 0 ? (
        <Card>
          <EmptyState kind="first" title={at ? 'Nobody had anything in it' : 'Nobody has anything in it'}>
            What people and roles hold in {resource.name} is drawn here.
          </EmptyState>
        </Card>
      ) : drawn ? (
        <GraphView label={`${resource.name} and who holds what in it, drawn`} make={make} />
      ) : (
        <Table
          caption={`Who holds what in ${resource.name}`}
          columns={columns}
          rows={data}
          id={(g) => g.id}
        />
      )}
    </div>
  )
}
