import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { ArrowUp, Download } from 'lucide-react'
import { useState } from 'react'
import {
  type EventFilter,
  eventsFile,
  eventsPage,
  eventsQuery,
  exportPath,
  newestQuery,
} from '../../api/audit'
import { rows } from '../../api/list'
import type { AuditEvent } from '../../api/types'
import { Button, buttonClass } from '../../components/Button'
import { Card } from '../../components/Card'
import { Disclosure } from '../../components/Disclosure'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { Field } from '../../components/Field'
import { Input } from '../../components/Input'
import { LoadMore } from '../../components/LoadMore'
import { later } from '../../components/later'
import { Select } from '../../components/Select'
import { Skeleton, SkeletonRows } from '../../components/Skeleton'
import { Table } from '../../components/Table'
import { exact } from '../../components/time'
import { dayAfter, startOfDay } from '../../components/zone'
import { AdminFrame } from '../../modules/admin/AdminFrame'
import { useFilters, useTextFilter } from '../../modules/filters'
import { ColumnChoice, chosenOf } from '../../modules/history/ColumnChoice'
import { DayRange, FilterPanel } from '../../modules/history/FilterPanel'
import { laterPickers } from '../../modules/history/LaterPickers'
import { eventColumns } from './columns'
import { EventDrawer } from './EventDrawer'

const choices = [
  { key: 'actor', label: 'Who', of: 'person' },
  { key: 'user', label: 'About whom', of: 'person' },
  { key: 'resource', label: 'About what', of: 'resource' },
  { key: 'app', label: 'In the app', of: 'app' },
] as const
const Pickers = laterPickers(choices.length)

const Verify = later<object>(
  () => import('./Verify').then((m) => m.Verify),
  undefined,
  <Skeleton className="h-32 rounded-lg" />,
)

const narrowing = ['actor', 'user', 'resource', 'app', 'request', 'ref', 'verb', 'q', 'said', 'from', 'to']

const verbs = [
  { value: '', label: 'Everything' },
  { value: 'request.', label: 'Requests' },
  { value: 'stage.', label: 'Stages' },
  { value: 'vote.', label: 'Votes' },
  { value: 'grant.', label: 'Access' },
  { value: 'batch.', label: 'Operations on many' },
  { value: 'provision.', label: 'Targets' },
  { value: 'task.', label: 'Tasks' },
  { value: 'resource.', label: 'Catalogue' },
  { value: 'catalogue.', label: 'Catalogue files' },
  { value: 'role.', label: 'Roles reorganized' },
  { value: 'tag.', label: 'Tags' },
  { value: 'creation_rule.', label: 'Who decides about new things' },
  { value: 'user.', label: 'People' },
  { value: 'session.', label: 'Sign-ins' },
  { value: 'token.', label: 'Tokens' },
  { value: 'connection.', label: 'Connections' },
  { value: 'sync.', label: 'Syncs' },
  { value: 'delegation.', label: 'Stand-ins' },
  { value: 'call.', label: 'Refusals' },
]

/**
 * useNewer says whether the log has grown since it was read: a log that moves under the reader cannot be read. Words are
 * not searched for again with each event.
 */
function useNewer(filter: EventFilter, first: string | undefined): boolean {
  const { data } = useQuery({
    ...newestQuery(filter),
    enabled: !!first && !filter.q && !filter.said && !filter.until,
  })
  return !!data && !!first && data.id > first
}

export function AuditPage() {
  const client = useQueryClient()
  const [filters, set] = useFilters()
  const [text, setText] = useTextFilter('q', 300)
  const [said, setSaid] = useTextFilter('said', 400)
  const filter = {
    actor: filters.actor,
    user: filters.user,
    resource: filters.resource,
    app: filters.app,
    request: filters.request,
    ref: filters.ref,
    verb: filters.verb,
    q: filters.q,
    said: filters.said,
    since: startOfDay(filters.from),
    until: dayAfter(filters.to),
  }
  const order = { ...filter, sort: filters.sort }
  const columns = chosenOf(eventColumns, filters.columns)
  const query = useInfiniteQuery(eventsQuery(order))
  const events = rows(query.data)
  const newer = useNewer(filter, order.sort ? undefined : events[0]?.id)
  const [open, setOpen] = useState<AuditEvent | null>(null)
  // A search in what was written is not over where a page is not full.
  const searching = query.hasNextPage && (query.data?.pages.at(-1)?.items?.length ?? 0) < eventsPage
  const filtered = narrowing.some((k) => filters[k])
  const clear = () => {
    setText('')
    setSaid('')
    set(Object.fromEntries(narrowing.map((k) => [k, undefined])))
  }
  return (
    <AdminFrame
      to="/admin/audit"
      title="Audit log"
      sub="Every change, decision and refusal, in an order that nobody can change."
      actions={
        <>
          {(['csv', 'json'] as const).map((format) => (
            <a key={format} href={eventsFile(format, order)} download className={buttonClass()}>
              <Download aria-hidden className="size-4" /> {format.toUpperCase()} of these
            </a>
          ))}
          <a href={exportPath} download className={buttonClass()}>
            <Download aria-hidden className="size-4" /> Export all
          </a>
        </>
      }
    >
      <div className="grid items-start gap-5 2xl:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="min-w-0">
          <div className="mb-3 2xl:hidden">
            <Disclosure title="Check it yourself">
              <Verify />
            </Disclosure>
          </div>
          <FilterPanel
            search="Search verbs and names"
            text={text}
            onText={setText}
            filtered={filtered}
            onClear={clear}
            columns={3}
            extra={
              <ColumnChoice
                all={eventColumns}
                columns={columns}
                onChange={(keys) => set({ columns: keys })}
              />
            }
          >
            <Field label="What">
              {(control) => (
                <Select
                  {...control}
                  value={filters.verb ?? ''}
                  onChange={(e) => set({ verb: e.target.value })}
                  choices={
                    verbs.some((v) => v.value === (filters.verb ?? ''))
                      ? verbs
                      : [...verbs, { value: filters.verb ?? '', label: filters.verb ?? '' }]
                  }
                />
              )}
            </Field>
            <Pickers choices={choices} filters={filters} onChange={set} />
            <Field label="Words in reasons and comments">
              {(control) => <Input {...control} value={said} onChange={(e) => setSaid(e.target.value)} />}
            </Field>
            <div className="grid grid-cols-2 gap-3 sm:col-span-2 xl:col-span-3 xl:max-w-[26rem]">
              <DayRange filters={filters} onChange={set} />
            </div>
          </FilterPanel>
          {query.isPending ? (
            <Card>
              <SkeletonRows rows={10} label="Loading the log" />
            </Card>
          ) : !query.data ? (
            <Card>
              <ErrorState error={query.error} onRetry={() => void query.refetch()} />
            </Card>
          ) : events.length === 0 && searching ? (
            <Card>
              <EmptyState
                kind="filtered"
                title="Nothing found yet"
                action={<LoadMore query={query} searching />}
              >
                The search goes back through the log.
              </EmptyState>
            </Card>
          ) : events.length === 0 ? (
            <Card>
              {filtered ? (
                <EmptyState
                  kind="filtered"
                  title="No events match"
                  action={<Button onClick={clear}>Clear filters</Button>}
                />
              ) : (
                <EmptyState kind="first" title="Nothing happened yet">
                  The first change writes the first event.
                </EmptyState>
              )}
            </Card>
          ) : (
            <>
              <p role="status" className="sticky top-16 z-10 flex justify-center">
                {newer && (
                  <Button
                    size="sm"
                    className="enter mb-2 shadow-pop"
                    icon={<ArrowUp aria-hidden className="size-3.5" />}
                    onClick={() => {
                      window.scrollTo({ top: 0 })
                      void client.resetQueries({ queryKey: eventsQuery(order).queryKey })
                      void client.invalidateQueries({ queryKey: ['checkpoint'] })
                    }}
                  >
                    Newer events: show them
                  </Button>
                )}
              </p>
              <Table
                caption="Audit log"
                wide
                columns={columns}
                rows={events}
                id={(e) => e.id}
                sort={filters.sort ?? '-id'}
                onSort={(sort) => set({ sort: sort === 'id' ? sort : undefined })}
                action={(e) => (
                  <Button
                    size="sm"
                    look="quiet"
                    aria-label={`Details of ${e.verb} at ${exact(e.at)}`}
                    onClick={() => setOpen(e)}
                  >
                    Details
                  </Button>
                )}
              />
              <LoadMore query={query} searching={searching} />
            </>
          )}
        </div>
        <div className="max-2xl:hidden">
          <Verify />
        </div>
      </div>
      <EventDrawer event={open} onClose={() => setOpen(null)} />
    </AdminFrame>
  )
}
