import { useInfiniteQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { allGrants, type GrantListFilter, grantListQuery } from '../../api/access'
import { message } from '../../api/error'
import { rows } from '../../api/list'
import type { Grant } from '../../api/types'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { download, toCSV } from '../../components/csv'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { SearchInput } from '../../components/Input'
import { LoadMore } from '../../components/LoadMore'
import { many } from '../../components/number'
import { Segments } from '../../components/Segments'
import { Select } from '../../components/Select'
import { SkeletonRows } from '../../components/Skeleton'
import { useShortcuts } from '../../components/shortcuts'
import { type Column, Table } from '../../components/Table'
import { toast } from '../../components/toast'
import { EndAccess, type Ending } from '../../modules/access/EndAccess'
import { useFilters, useTextFilter } from '../../modules/filters'
import { useTitle } from '../../modules/titles'
import { csvHeader, csvRow } from './columns'

const states = [
  { value: 'active', label: 'Now' },
  { value: 'soon', label: 'Ends soon' },
  { value: 'failing', label: 'Failing' },
  { value: 'ended', label: 'Ended' },
]

/** GrantTable is grants of a scope with filters, order and export; several can be ended at once. */
export function GrantTable({
  caption,
  scope,
  columns,
  name,
  empty,
  selectable,
  fixed,
  order,
}: {
  caption: string
  scope: GrantListFilter
  columns: readonly Column<Grant>[]
  /** The name of the exported file. */
  name: string
  empty: ReactNode
  selectable?: boolean
  /** The state, when the list has only one. */
  fixed?: 'ended'
  order?: string
}) {
  const [filters, set] = useFilters()
  const [text, setText] = useTextFilter('q', 300)
  const state = fixed ?? (states.some((s) => s.value === filters.state) ? (filters.state ?? '') : 'active')
  const sort = filters.sort ?? order
  const filter: GrantListFilter = {
    ...scope,
    q: filters.q,
    relation: filters.relation,
    sort,
    ...(state === 'failing' ? { state: 'failing' } : { active: state !== 'ended' }),
    ...(state === 'soon' ? { expiring_before: soon() } : {}),
  }
  const query = useInfiniteQuery(grantListQuery(filter))
  const items = rows(query.data)
  const title = useTitle()
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const [ending, setEnding] = useState<Ending | null>(null)
  const [exporting, setExporting] = useState(false)
  const filtered = !!(filters.q || filters.relation || state === 'soon' || state === 'failing')

  const exportAll = async () => {
    setExporting(true)
    try {
      const { items: list, more } = await allGrants(filter)
      download(`${name}.csv`, toCSV(csvHeader, list.map(csvRow)))
      toast(
        more
          ? `The first ${many(list.length, 'row')} are exported. Narrow the filters, or export the history, which takes all.`
          : `${many(list.length, 'row')} exported.`,
        { tone: more ? 'bad' : 'good' },
      )
    } catch (e) {
      toast(`Not exported. ${message(e)}`, { tone: 'bad' })
    } finally {
      setExporting(false)
    }
  }
  useShortcuts('Access', [{ keys: 'e', label: 'Export what is listed', run: () => void exportAll() }])
  const ends = (list: readonly Grant[]): Ending => ({
    ids: list.map((g) => g.id),
    what:
      list.length === 1 && list[0]
        ? `${list[0].subject.name}’s access to ${title(list[0].resource)}`
        : many(list.length, 'grant'),
    needReason: list.length > 1,
  })
  const chosen = items.filter((g) => picked.has(g.id))
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex flex-wrap gap-2">
        <SearchInput
          label={fixed ? 'Filter what ended' : 'Filter by person or access'}
          className="min-w-full flex-1 sm:min-w-64"
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
        {!fixed && (
          <Segments
            label="State"
            className="max-sm:w-full"
            value={state}
            onChange={(v) => set({ state: v === 'active' ? undefined : v })}
            choices={states}
          />
        )}
        <Select
          aria-label="Relation"
          className="min-w-36 max-sm:flex-1"
          value={filters.relation ?? ''}
          onChange={(e) => set({ relation: e.target.value })}
          choices={[
            { value: '', label: 'Any level' },
            { value: 'member', label: 'Members' },
            { value: 'owner', label: 'Owners' },
          ]}
        />
        <Button
          icon={<Download aria-hidden className="size-4" />}
          busy={exporting}
          disabled={items.length === 0}
          onClick={() => void exportAll()}
        >
          Export
        </Button>
      </div>
      {query.isPending ? (
        <SkeletonRows rows={8} label="Loading" />
      ) : query.isError && !query.data ? (
        <Card>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      ) : items.length === 0 ? (
        <Card>
          {filtered ? (
            <EmptyState
              kind="filtered"
              title="No grants match"
              action={
                <Button
                  onClick={() => {
                    setText('')
                    set({ q: undefined, relation: undefined, state: undefined })
                  }}
                >
                  Clear filters
                </Button>
              }
            />
          ) : (
            empty
          )}
        </Card>
      ) : (
        <>
          <Table
            caption={caption}
            columns={columns}
            rows={items}
            id={(g) => g.id}
            sort={sort}
            onSort={(s) => set({ sort: s })}
            selection={
              selectable && state !== 'ended'
                ? {
                    ids: picked,
                    onChange: setPicked,
                    label: (id) => {
                      const g = items.find((i) => i.id === id)
                      return g ? `${g.subject.name}, ${title(g.resource)}` : id
                    },
                  }
                : undefined
            }
            action={
              state === 'ended' || !items.some((g) => g.may_end)
                ? undefined
                : (g) =>
                    g.may_end && (
                      <Button size="sm" look="danger-quiet" onClick={() => setEnding(ends([g]))}>
                        End
                        <span className="sr-only">
                          {' '}
                          {g.subject.name}’s access to {title(g.resource)}
                        </span>
                      </Button>
                    )
            }
          />
          <LoadMore query={query} />
        </>
      )}
      {chosen.length > 0 && (
        <section
          aria-label="Selected"
          data-bar
          className="enter sticky bottom-[calc(4.25rem+env(safe-area-inset-bottom))] z-20 flex flex-wrap items-center gap-2 rounded-lg border border-line bg-raised py-2.5 pr-2.5 pl-4 shadow-pop md:bottom-5"
        >
          <p className="flex-1 font-medium">{chosen.length} selected</p>
          <Button look="quiet" onClick={() => setPicked(new Set())}>
            Clear
          </Button>
          <Button look="danger" onClick={() => setEnding(ends(chosen))}>
            End access for {chosen.length}
          </Button>
        </section>
      )}
      <EndAccess ending={ending} onClose={() => setEnding(null)} onDone={() => setPicked(new Set())} />
    </div>
  )
}

/** Two weeks ahead, to the hour, so that the query's key does not change at each drawing. */
function soon(): string {
  const at = new Date(Date.now() + 14 * 86_400_000)
  at.setMinutes(0, 0, 0)
  return at.toISOString()
}
