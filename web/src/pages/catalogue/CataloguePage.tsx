import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Plus, Settings2 } from 'lucide-react'
import { useCallback, useDeferredValue, useMemo, useState } from 'react'
import { accessAtQuery } from '../../api/access'
import { catalogueQuery, decidedQuery, searchQuery } from '../../api/catalogue'
import { rows } from '../../api/list'
import { requestsQuery } from '../../api/request'
import { Button, buttonClass } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { SearchInput } from '../../components/Input'
import { number } from '../../components/number'
import { byName as inOrder } from '../../components/order'
import { PageFrame } from '../../components/PageFrame'
import { useRowKeys } from '../../components/rowKeys'
import { Segments } from '../../components/Segments'
import { Select } from '../../components/Select'
import { SkeletonRows } from '../../components/Skeleton'
import { useAsk } from '../../modules/ask/open'
import { useNew } from '../../modules/create/open'
import { useFilters, useTextFilter } from '../../modules/filters'
import { kindWords } from '../../modules/names'
import { useRights } from '../../modules/rights'
import { Recommended } from './Recommended'
import { Row } from './Row'
import { type CatalogueFilter, find, index, standing, typical } from './search'

const pageSize = 60

export function CataloguePage() {
  const [filters, set] = useFilters()
  const [text, setText] = useTextFilter('q')
  const typed = useDeferredValue(text)
  const rights = useRights()
  const open = useAsk()
  const fresh = useNew()
  useRowKeys('Catalogue')
  const all = useQuery(catalogueQuery())
  const access = useQuery(accessAtQuery('me'))
  const pending = useInfiniteQuery(requestsQuery({ beneficiary: 'me', state: 'pending', limit: 200 }))
  const decided = useQuery(decidedQuery())
  const { kind, app, show } = filters
  const narrow = !!(typed || kind || app)
  const found = useQuery({
    ...searchQuery(typed, kind, app),
    enabled: all.data?.complete === false && narrow,
  })

  const indexed = useMemo(() => index(all.data?.items ?? []), [all.data])
  const stand = useMemo(
    () => standing(access.data?.items ?? [], rows(pending.data)),
    [access.data, pending.data],
  )
  const usual = useMemo(() => typical(decided.data?.items ?? []), [decided.data])
  const apps = useMemo(
    () => (all.data?.items ?? []).filter((r) => r.kind === 'app').sort((a, b) => inOrder(a.name, b.name)),
    [all.data],
  )
  const whole = all.data?.complete !== false
  const items = useMemo(() => {
    const filter: CatalogueFilter = { q: typed, kind, app, show }
    if (whole || !narrow || !found.data) return find(indexed, filter, stand)
    return find(index(found.data.items ?? []), { ...filter, q: '' }, stand)
  }, [indexed, typed, kind, app, show, stand, whole, narrow, found.data])
  const [more, setMore] = useState(1)
  const filtered = !!(typed || filters.kind || filters.app || filters.show)
  const ask = useCallback((slug: string) => open({ resource: slug }), [open])
  const clear = () => {
    setText('')
    set({ q: undefined, kind: undefined, app: undefined, show: undefined })
  }

  return (
    <PageFrame
      title="Catalogue"
      sub="Find what you need, and ask for it."
      actions={
        <>
          <Button onClick={() => fresh()}>Ask for something new</Button>
          {rights.catalogue && (
            <>
              <Link to={'/admin/catalogue' as string} className={buttonClass()}>
                <Settings2 aria-hidden className="size-4" /> Manage
              </Link>
              <Link to={'/admin/catalogue/new' as string} className={buttonClass('primary')}>
                <Plus aria-hidden className="size-4" /> Add
              </Link>
            </>
          )}
        </>
      }
    >
      <search className="mb-4 flex flex-wrap gap-2">
        <SearchInput
          label="Search by name, app, owner or what it does"
          className="min-w-full flex-1 sm:min-w-72"
          value={text}
          onChange={(e) => {
            setText(e.target.value)
            setMore(1)
          }}
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
          aria-label="App"
          className="min-w-36 max-w-48 max-sm:flex-1"
          value={filters.app ?? ''}
          onChange={(e) => set({ app: e.target.value })}
          choices={[{ value: '', label: 'Any app' }, ...apps.map((a) => ({ value: a.slug, label: a.name }))]}
        />
        <Segments
          label="Show"
          className="max-sm:w-full"
          value={filters.show ?? 'all'}
          onChange={(show) => set({ show: show === 'all' ? undefined : show })}
          choices={[
            { value: 'all', label: 'All' },
            { value: 'ask', label: 'I can ask' },
            { value: 'have', label: 'I have it' },
            ...(stand.waiting.size > 0 ? [{ value: 'waiting', label: 'Waiting' }] : []),
          ]}
        />
      </search>
      <p role="status" className="sr-only">
        {all.data && filtered ? `${number(items.length)} found` : ''}
      </p>
      {!filtered && <Recommended stand={stand} ready={!!access.data} />}
      <Card pad={false}>
        {all.isPending ? (
          <div className="p-5">
            <SkeletonRows rows={8} label="Loading the catalogue" />
          </div>
        ) : !all.data ? (
          <ErrorState error={all.error} onRetry={() => void all.refetch()} />
        ) : items.length === 0 ? (
          <Empty
            filtered={filtered}
            show={filters.show}
            onClear={clear}
            onNew={() => fresh({ name: typed.trim() || undefined })}
            manage={rights.catalogue}
          />
        ) : (
          <>
            <ul aria-label="Catalogue" className="divide-y divide-line">
              {items.slice(0, more * pageSize).map((r) => (
                <Row
                  key={r.id}
                  resource={r}
                  have={stand.have.get(r.id)}
                  waiting={stand.waiting.get(r.id)}
                  usual={usual.get(r.id)}
                  onAsk={ask}
                />
              ))}
            </ul>
            {!whole && (!narrow || found.data?.next_cursor) && (
              <p className="border-line border-t px-5 py-3 text-[0.875rem] text-muted max-md:px-4">
                {narrow
                  ? 'The first 200 that match are here; another word, a kind or an app narrows it.'
                  : `The first ${number(all.data.items.length)} are here; search, or choose a kind or an app, to find the others.`}
              </p>
            )}
            {items.length > more * pageSize && (
              <div className="flex justify-center border-line border-t p-3">
                <Button onClick={() => setMore(more + 1)}>
                  Show {Math.min(pageSize, items.length - more * pageSize)} more of {number(items.length)}
                </Button>
              </div>
            )}
          </>
        )}
      </Card>
    </PageFrame>
  )
}

function Empty({
  filtered,
  show,
  onClear,
  onNew,
  manage,
}: {
  filtered: boolean
  show?: string
  onClear: () => void
  onNew: () => void
  manage: boolean
}) {
  if (filtered)
    return (
      <EmptyState
        kind="filtered"
        title={show === 'have' ? 'Nothing you hold matches' : 'Nothing in the catalogue matches'}
        action={
          <div className="flex flex-wrap justify-center gap-2">
            <Button onClick={onClear}>Clear filters</Button>
            {show !== 'have' && (
              <Button look="primary" onClick={onNew}>
                Ask that it is made
              </Button>
            )}
          </div>
        }
      >
        Try fewer words, or another name for it. What is kept for a certain group is not found by others.
      </EmptyState>
    )
  return (
    <EmptyState
      kind="first"
      title="The catalogue is empty"
      action={
        manage && (
          <Link to={'/admin/catalogue/new' as string} className={buttonClass('primary')}>
            Add the first thing
          </Link>
        )
      }
    >
      {manage
        ? 'Add apps, groups and work orders here, or apply catalogue files with “sallyport apply”.'
        : 'Once the catalogue managers have added something, you can find and request it here.'}
    </EmptyState>
  )
}
