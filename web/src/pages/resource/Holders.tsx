import { useInfiniteQuery } from '@tanstack/react-query'
import { Download, UserPlus } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { allHolders, type HolderFilter, holdersListQuery } from '../../api/access'
import { message } from '../../api/error'
import { rows } from '../../api/list'
import type { Access, Relation, Resource } from '../../api/types'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { download, toCSV } from '../../components/csv'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { SearchInput } from '../../components/Input'
import { LoadMore } from '../../components/LoadMore'
import { later } from '../../components/later'
import { many } from '../../components/number'
import { Segments } from '../../components/Segments'
import { SkeletonRows } from '../../components/Skeleton'
import { type Column, Table } from '../../components/Table'
import { toast } from '../../components/toast'
import { EndAccess, type Ending } from '../../modules/access/EndAccess'
import { pathColumns } from '../../modules/access/pathColumns'
import { WhyDrawer } from '../../modules/access/WhyDrawer'
import { givenBy } from '../../modules/access/words'
import { useAsOf } from '../../modules/asof/AsOf'
import { useFilters, useTextFilter } from '../../modules/filters'
import { GraphView, Shown, useDrawn, useRead } from '../../modules/graph/GraphView'
import { holdersGraph } from '../../modules/graph/graph'
import { Person, relationWords } from '../../modules/names'
import { resourceKey } from '../../modules/paths'
import { useTitle } from '../../modules/titles'

const Give = later<{ resource: Resource; relation: Relation; onClose: () => void }>(() =>
  import('./Give').then((m) => m.Give),
)

/** So many people are drawn; the table has them all. */
const most = 1000

/** Holders is who has a resource, now or at another moment, and why. */
export function Holders({
  resource,
  mayGive,
  mayEnd,
}: {
  resource: Resource
  mayGive: boolean
  mayEnd: boolean
}) {
  const [filters, set] = useFilters()
  const [text, setText] = useTextFilter('q', 300)
  const relation = filters.relation === 'owner' ? 'owner' : 'member'
  const { at, control, banner } = useAsOf()
  const filter: HolderFilter = { relation, at, q: filters.q }
  const query = useInfiniteQuery(holdersListQuery(resourceKey(resource), filter))
  const items = useMemo(() => rows(query.data), [query.data])
  const total = query.data?.pages[0]?.total ?? items.length
  const [why, setWhy] = useState<Access | null>(null)
  const [ending, setEnding] = useState<Ending | null>(null)
  const [giving, setGiving] = useState(false)
  const [exporting, setExporting] = useState(false)
  const title = useTitle()(resource)
  const [drawn, choice] = useDrawn()
  const read = useRead(query, items.length, most, drawn)
  const make = useCallback(
    (opened: ReadonlySet<string>) => holdersGraph(resource, items, opened),
    [resource, items],
  )
  const exportAll = async () => {
    setExporting(true)
    try {
      const list = await allHolders(resourceKey(resource), filter)
      exportHolders(resource, list)
      toast(`${many(list.length, 'row')} exported.`, { tone: 'good' })
    } catch (e) {
      toast(`Not exported. ${message(e)}`, { tone: 'bad' })
    } finally {
      setExporting(false)
    }
  }
  const columns: Column<Access>[] = [
    {
      key: 'person',
      header: 'Person',
      cell: (a) => (a.user ? <Person user={a.user} detail={a.user.login} /> : '–'),
    },
    ...pathColumns(setWhy, (a) => `why ${a.user?.name} has it`),
  ]
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex flex-wrap items-end gap-2">
        <SearchInput
          label="Filter by name or login"
          className="min-w-full flex-1 sm:min-w-56"
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
        <Segments
          label="Relation"
          value={relation}
          onChange={(r) => set({ relation: r === 'member' ? undefined : r })}
          choices={[
            { value: 'member', label: 'Members' },
            { value: 'owner', label: 'Owners' },
          ]}
        />
        {control}
        {choice}
        <Button
          icon={<Download aria-hidden className="size-4" />}
          busy={exporting}
          disabled={items.length === 0}
          onClick={() => void exportAll()}
        >
          Export
        </Button>
        {mayGive && !at && (
          <Button icon={<UserPlus aria-hidden className="size-4" />} onClick={() => setGiving(true)}>
            Add people
          </Button>
        )}
      </div>
      {banner(`Who had ${title}`, `Who will have ${title}`)}
      {items.length > 0 && read && (
        <Shown total={total} count={items.length} one="person" several="people" drawn={drawn} />
      )}
      {query.isPending || !read ? (
        <SkeletonRows rows={6} label="Loading who has it" />
      ) : !query.data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : items.length === 0 ? (
        filters.q ? (
          <Card>
            <EmptyState
              kind="filtered"
              title="Nobody matches"
              action={<Button onClick={() => setText('')}>Clear the filter</Button>}
            />
          </Card>
        ) : (
          <Card>
            <EmptyState
              kind="first"
              title={
                at ? 'Nobody, at that moment' : relation === 'owner' ? 'Nobody owns it' : 'Nobody has it'
              }
            >
              {relation === 'owner'
                ? 'The owners of its app decide, else the admins.'
                : 'Once a request for it is approved, the person shows up here with the reason.'}
            </EmptyState>
          </Card>
        )
      ) : drawn ? (
        <GraphView label={`${relationWords[relation]}s of ${title}, drawn`} make={make} />
      ) : (
        <Table
          caption={`${relationWords[relation]}s of ${title}`}
          columns={columns}
          rows={items}
          id={(a) => (a.user?.id ?? '') + a.relation}
          action={
            mayEnd && !at
              ? (a) =>
                  endable(a) && (
                    <Button size="sm" look="danger-quiet" onClick={() => setEnding(endingOf(a, title))}>
                      End<span className="sr-only"> the access of {a.user?.name}</span>
                    </Button>
                  )
              : undefined
          }
        />
      )}
      {!drawn && <LoadMore query={query} />}
      <WhyDrawer
        access={why}
        user={why?.user}
        onClose={() => setWhy(null)}
        onEnd={
          mayEnd && !at
            ? (p) => {
                setEnding({
                  ids: [p.via === 'role' ? (p.membership_grant_id ?? p.grant_id) : p.grant_id],
                  what: `${why?.user?.name}’s ${p.via === 'role' ? `membership in ${p.role?.name}` : `access to ${title}`}`,
                })
                setWhy(null)
              }
            : undefined
        }
      />
      <EndAccess ending={ending} onClose={() => setEnding(null)} />
      {giving && <Give resource={resource} relation={relation} onClose={() => setGiving(false)} />}
    </div>
  )
}

const direct = (a: Access) => (a.paths ?? []).filter((p) => p.via === 'direct')
const endable = (a: Access) => direct(a).length > 0
function endingOf(a: Access, title: string): Ending {
  const byRole = (a.paths ?? []).some((p) => p.via === 'role')
  return {
    ids: direct(a).map((p) => p.grant_id),
    what: `${a.user?.name}’s access to ${title}`,
    note: byRole
      ? 'What was given directly ends now. The person keeps it by role until that ends too.'
      : undefined,
  }
}

function exportHolders(resource: Resource, items: readonly Access[]) {
  download(
    `${resource.slug}-holders.csv`,
    toCSV(
      ['login', 'name', 'relation', 'state', 'given_by', 'starts_at', 'ends_at', 'reasons'],
      items.map((a) => [
        a.user?.login,
        a.user?.name,
        a.relation,
        a.state,
        givenBy(a.paths),
        a.starts_at,
        a.ends_at,
        (a.paths ?? [])
          .map((p) => p.reason)
          .filter(Boolean)
          .join('; '),
      ]),
    ),
  )
}
