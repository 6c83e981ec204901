import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Pencil, Plus } from 'lucide-react'
import { useMemo, useState } from 'react'
import { catalogueQuery, searchQuery } from '../../api/catalogue'
import type { Resource } from '../../api/types'
import { Badge } from '../../components/Badge'
import { Button, buttonClass } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { SearchInput } from '../../components/Input'
import { many, number } from '../../components/number'
import { byName as inOrder } from '../../components/order'
import { Select } from '../../components/Select'
import { SkeletonRows } from '../../components/Skeleton'
import { type Column, Table } from '../../components/Table'
import { AdminFrame } from '../../modules/admin/AdminFrame'
import { useFilters, useTextFilter } from '../../modules/filters'
import { flowWords } from '../../modules/flow/flow'
import { kindWords, names, ResourceLine } from '../../modules/names'

const how: Record<string, string> = {
  none: 'Nothing to do',
  manual: 'By hand',
  connector: 'Connection',
  automation: 'Automation',
}

/** How many rows are drawn at once: a thousand at a time would be slow to type above. */
const pageSize = 100

const byName = (a: Resource, b: Resource) =>
  inOrder(
    `${a.app?.name ?? a.name} ${a.app ? a.name : ''}`,
    `${b.app?.name ?? b.name} ${b.app ? b.name : ''}`,
  )

export function CatalogueAdmin() {
  const [filters, set] = useFilters()
  const [text, setText] = useTextFilter('q')
  const query = useQuery(catalogueQuery())
  const [more, setMore] = useState(1)
  const needle = text.trim().toLowerCase()
  const cut = query.data?.complete === false
  const found = useQuery({
    ...searchQuery(needle, filters.kind),
    enabled: cut && !!(needle || filters.kind),
  })
  const searched = cut && (needle || filters.kind) ? found.data : undefined
  const items = useMemo(
    () =>
      [...(searched?.items ?? query.data?.items ?? [])]
        .sort(byName)
        .filter(
          (r) =>
            (!filters.kind || r.kind === filters.kind) &&
            (!filters.how || r.fulfilment.kind === filters.how) &&
            (!filters.owner || (r.owners ?? []).length === 0) &&
            (!needle ||
              !!searched ||
              `${r.name} ${r.slug} ${r.app?.name ?? ''} ${(r.owners ?? []).map((o) => o.name).join(' ')}`
                .toLowerCase()
                .includes(needle)),
        ),
    [query.data, searched, filters.kind, filters.how, filters.owner, needle],
  )
  const columns: Column<Resource>[] = [
    {
      key: 'name',
      header: 'Name',
      cell: (r) => (
        <ResourceLine
          resource={r}
          detail={r.source === 'catalogue' ? `${kindWords[r.kind]} · kept in files` : kindWords[r.kind]}
        />
      ),
    },
    {
      key: 'owners',
      header: 'Owners',
      cell: (r) =>
        (r.owners ?? []).length ? (
          names(r.owners ?? [], undefined, 2, 'and')
        ) : (
          <span className="text-muted">{r.app ? 'Of the app' : 'Nobody'}</span>
        ),
    },
    {
      key: 'flow',
      header: 'Decided by',
      cell: (r) => (
        <span className="line-clamp-2 text-[0.875rem]">{r.managed ? flowWords(r.flow) : '–'}</span>
      ),
    },
    {
      key: 'how',
      header: 'Becomes real',
      cell: (r) =>
        r.managed ? (
          <Badge tone={r.fulfilment.kind === 'none' ? 'neutral' : 'info'}>{how[r.fulfilment.kind]}</Badge>
        ) : (
          <Badge>Directory</Badge>
        ),
    },
  ]
  const filtered = !!(needle || filters.kind || filters.how || filters.owner)
  return (
    <AdminFrame
      to="/admin/catalogue"
      title="Catalogue"
      sub={
        query.data
          ? `${query.data.complete ? '' : 'The first '}${many(query.data.items.length, 'thing')} that can be requested or are mirrored${cut ? '; search, or choose a kind, to find the others' : ''}`
          : undefined
      }
      actions={
        <Link to={'/admin/catalogue/new' as string} className={buttonClass('primary')}>
          <Plus aria-hidden className="size-4" /> Add
        </Link>
      }
    >
      <search className="mb-4 flex flex-wrap gap-2">
        <SearchInput
          label="Filter by name or owner"
          className="min-w-full flex-1 sm:min-w-64"
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
        <Select
          aria-label="Kind"
          className="min-w-36 max-sm:flex-1"
          value={filters.kind ?? ''}
          onChange={(e) => set({ kind: e.target.value })}
          choices={[
            { value: '', label: 'Any kind' },
            ...Object.entries(kindWords).map(([value, label]) => ({ value, label })),
          ]}
        />
        <Select
          aria-label="Becomes real"
          className="min-w-40 max-sm:flex-1"
          value={filters.how ?? ''}
          onChange={(e) => set({ how: e.target.value })}
          choices={[
            { value: '', label: 'Any fulfilment' },
            ...Object.entries(how)
              .filter(([v]) => v !== 'automation')
              .map(([value, label]) => ({ value, label })),
          ]}
        />
        <Select
          aria-label="Owners"
          className="min-w-36 max-sm:flex-1"
          value={filters.owner ?? ''}
          onChange={(e) => set({ owner: e.target.value })}
          choices={[
            { value: '', label: 'Any owner' },
            { value: 'none', label: 'Without owner' },
          ]}
        />
      </search>
      {query.isPending ? (
        <SkeletonRows rows={8} label="Loading the catalogue" />
      ) : !query.data ? (
        <Card>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      ) : items.length === 0 ? (
        <Card>
          {filtered ? (
            <EmptyState
              kind="filtered"
              title="Nothing matches"
              action={
                <Button
                  onClick={() => {
                    setText('')
                    set({ q: undefined, kind: undefined, how: undefined, owner: undefined })
                  }}
                >
                  Clear filters
                </Button>
              }
            />
          ) : (
            <EmptyState kind="first" title="The catalogue is empty">
              Add the first thing here, or apply files with “sallyport apply -f catalogue/”.
            </EmptyState>
          )}
        </Card>
      ) : (
        <Table
          caption="Catalogue"
          columns={columns}
          rows={items.slice(0, more * pageSize)}
          id={(r) => r.id}
          action={(r) =>
            r.managed && (
              <Link
                to={`/catalogue/${encodeURIComponent(r.slug)}` as string}
                search={{ tab: 'settings' }}
                className={buttonClass('secondary', 'sm')}
              >
                <Pencil aria-hidden className="size-3.5" /> Edit<span className="sr-only"> {r.name}</span>
              </Link>
            )
          }
        />
      )}
      {items.length > more * pageSize && (
        <div className="flex justify-center pt-4">
          <Button onClick={() => setMore(more + 1)}>
            Show {Math.min(pageSize, items.length - more * pageSize)} more of {number(items.length)}
          </Button>
        </div>
      )}
    </AdminFrame>
  )
}
