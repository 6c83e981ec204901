import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { ArrowUp, Download } from 'lucide-react'
import { useState } from 'react'
import { type EventFilter, eventsFile, eventsQuery, exportPath, newestQuery } from '../../api/audit'
import { rows } from '../../api/list'
import type { AuditEvent } from '../../api/types'
import { Button, buttonClass } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { Field } from '../../components/Field'
import { LoadMore } from '../../components/LoadMore'
import { later } from '../../components/later'
import { useRowKeys } from '../../components/rowKeys'
import { Select } from '../../components/Select'
import { Skeleton, SkeletonRows } from '../../components/Skeleton'
import { endOfDay, startOfDay } from '../../components/zone'
import { AdminFrame } from '../../modules/admin/AdminFrame'
import { useFilters, useTextFilter } from '../../modules/filters'
import { days } from '../../modules/history/EventList'
import { DayRange, FilterPanel } from '../../modules/history/FilterPanel'
import { laterPickers } from '../../modules/history/LaterPickers'
import { EventDrawer } from './EventDrawer'
import { EventRow } from './EventRow'

const choices = [
  { key: 'actor', label: 'Who', of: 'person' },
  { key: 'resource', label: 'About', of: 'resource' },
] as const
const Pickers = laterPickers(choices.length)

const Verify = later<object>(
  () => import('./Verify').then((m) => m.Verify),
  undefined,
  <Skeleton className="h-32 rounded-lg" />,
)

const narrowing = ['actor', 'resource', 'request', 'ref', 'verb', 'q', 'from', 'to']

const verbs = [
  { value: '', label: 'Everything' },
  { value: 'request.', label: 'Requests' },
  { value: 'stage.', label: 'Stages' },
  { value: 'grant.', label: 'Access' },
  { value: 'provision.', label: 'Targets' },
  { value: 'task.', label: 'Tasks' },
  { value: 'resource.', label: 'Catalogue' },
  { value: 'user.', label: 'People' },
  { value: 'session.', label: 'Sign-ins' },
  { value: 'token.', label: 'Tokens' },
  { value: 'connection.', label: 'Connections' },
  { value: 'sync.', label: 'Syncs' },
  { value: 'delegation.', label: 'Stand-ins' },
  { value: 'refusal.', label: 'Refusals' },
]

/**
 * useNewer says whether the log has grown since it was read: a log that moves under the reader cannot be read. Words are
 * not searched for again with each event.
 */
function useNewer(filter: EventFilter, first: string | undefined): boolean {
  const { data } = useQuery({ ...newestQuery(filter), enabled: !!first && !filter.q && !filter.until })
  return !!data && !!first && data.id > first
}

export function AuditPage() {
  const client = useQueryClient()
  const [filters, set] = useFilters()
  const [text, setText] = useTextFilter('q', 300)
  const filter = {
    actor: filters.actor,
    resource: filters.resource,
    request: filters.request,
    ref: filters.ref,
    verb: filters.verb,
    q: filters.q,
    since: startOfDay(filters.from),
    until: endOfDay(filters.to),
  }
  const query = useInfiniteQuery(eventsQuery(filter))
  useRowKeys('Audit log')
  const events = rows(query.data)
  const newer = useNewer(filter, events[0]?.id)
  const [open, setOpen] = useState<AuditEvent | null>(null)
  const filtered = narrowing.some((k) => filters[k])
  const clear = () => {
    setText('')
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
            <a key={format} href={eventsFile(format, filter)} download className={buttonClass()}>
              <Download aria-hidden className="size-4" /> {format.toUpperCase()} of these
            </a>
          ))}
          <a href={exportPath} download className={buttonClass()}>
            <Download aria-hidden className="size-4" /> Export all
          </a>
        </>
      }
    >
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="min-w-0">
          <FilterPanel
            search="Search verbs and names"
            text={text}
            onText={setText}
            filtered={filtered}
            onClear={clear}
            columns={3}
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
                      void client.resetQueries({ queryKey: eventsQuery(filter).queryKey })
                      void client.invalidateQueries({ queryKey: ['checkpoint'] })
                    }}
                  >
                    Newer events: show them
                  </Button>
                )}
              </p>
              {days(events).map((day) => (
                <section key={day.name} aria-label={day.name} className="mb-5">
                  <h2 className="mb-1.5 font-medium text-[0.8125rem] text-muted">{day.name}</h2>
                  <ol className="divide-y divide-line rounded-lg border border-line bg-surface shadow-card">
                    {day.events.map((e) => (
                      <EventRow key={e.id} event={e} onOpen={() => setOpen(e)} />
                    ))}
                  </ol>
                </section>
              ))}
              <LoadMore query={query} />
            </>
          )}
        </div>
        <Verify />
      </div>
      <EventDrawer event={open} onClose={() => setOpen(null)} />
    </AdminFrame>
  )
}
