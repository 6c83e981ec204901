import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import type { ReactNode } from 'react'
import { rows } from '../../api/list'
import {
  intervalsFile,
  intervalsPage,
  intervalsQuery,
  intervalsTotalQuery,
  searchesAll,
} from '../../api/report'
import { Button, buttonClass } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { Field } from '../../components/Field'
import { Input } from '../../components/Input'
import { LoadMore } from '../../components/LoadMore'
import { many } from '../../components/number'
import { PageFrame } from '../../components/PageFrame'
import { Segments } from '../../components/Segments'
import { Select } from '../../components/Select'
import { SkeletonRows } from '../../components/Skeleton'
import { Table } from '../../components/Table'
import { date, exact } from '../../components/time'
import { localInput } from '../../components/zone'
import { AdminFrame } from '../../modules/admin/AdminFrame'
import { useFilters, useTextFilter } from '../../modules/filters'
import { ColumnChoice } from '../../modules/history/ColumnChoice'
import { DayRange, FilterPanel } from '../../modules/history/FilterPanel'
import { laterPickers } from '../../modules/history/LaterPickers'
import { useRights } from '../../modules/rights'
import { chosen, historyColumns } from './columns'
import { historyFilter, isScoped } from './filter'

const choices = [
  { key: 'person', label: 'Person', of: 'person' },
  { key: 'resource', label: 'Resource', of: 'resource' },
  { key: 'app', label: 'App', of: 'app' },
  { key: 'role', label: 'Role', of: 'role' },
  { key: 'actor', label: 'Done by', of: 'person' },
] as const
const Pickers = laterPickers(choices.length)

const sub = 'Who had what, when and why: who gave it, who decided, who ended it.'

/** Frame is the page's frame: with the places of the administration for those who use them. */
function Frame({ actions, children }: { actions?: ReactNode; children: ReactNode }) {
  const rights = useRights()
  return rights.auditor ? (
    <AdminFrame to="/history" title="Access history" sub={sub} actions={actions}>
      {children}
    </AdminFrame>
  ) : (
    <PageFrame title="Access history" sub={sub} actions={actions}>
      {children}
    </PageFrame>
  )
}

/** SearchedTo says how far a search in the history of everybody has come; it goes on while that is in sight. */
const SearchedTo = ({ at }: { at: string }) => (
  <span className="tabular-nums">
    Searched as far as <time dateTime={at}>{date(at)}</time>.
  </span>
)

export function HistoryPage() {
  const rights = useRights()
  const [filters, set] = useFilters()
  const [text, setText] = useTextFilter('q', 300)
  const [department, setDepartment] = useTextFilter('department', 400)
  const filter = historyFilter(filters)
  const allowed = isScoped(filters) || rights.auditor
  const query = useInfiniteQuery({ ...intervalsQuery(filter), enabled: rights.known && allowed })
  const list = rows(query.data)
  const whole = query.data && !query.hasNextPage
  const counted = useQuery({
    ...intervalsTotalQuery(filter),
    // To count what is searched for in everybody's would be to search to the end; it is counted as it is read.
    enabled: rights.known && allowed && !!query.hasNextPage && !searchesAll(filter),
  })
  const last = query.hasNextPage ? query.data?.pages.at(-1) : undefined
  const searching = !!last && last.items.length < intervalsPage
  const searched = last?.searched_to
  const total = whole ? list.length : counted.data
  const columns = chosen(filters.columns)
  const filtered = Object.keys(filters).some((k) => k !== 'sort' && k !== 'columns' && filters[k])
  const asOf = filters.at !== undefined
  const clear = () => {
    setText('')
    setDepartment('')
    set(Object.fromEntries(Object.keys(filters).map((k) => [k, undefined])))
  }
  const files = columns.flatMap((c) => c.file)
  return (
    <Frame
      actions={
        allowed &&
        (['csv', 'json'] as const).map((format) => (
          <a key={format} href={intervalsFile(format, filter, files)} download className={buttonClass()}>
            <Download aria-hidden className="size-4" /> Export {format.toUpperCase()}
          </a>
        ))
      }
    >
      <FilterPanel
        search="Search names, reasons and comments"
        text={text}
        onText={setText}
        filtered={filtered}
        onClear={clear}
        columns={5}
        extra={
          <ColumnChoice all={historyColumns} columns={columns} onChange={(keys) => set({ columns: keys })} />
        }
      >
        <Pickers choices={choices} filters={filters} onChange={set} />
        <div className="sm:col-span-2 lg:col-span-2">
          <p className="mb-1.5 font-medium">When</p>
          <Segments
            label="When"
            value={asOf ? 'at' : 'range'}
            onChange={(v) =>
              set(
                v === 'at'
                  ? { at: localInput(new Date()), from: undefined, to: undefined, state: undefined }
                  : { at: undefined },
              )
            }
            choices={[
              { value: 'range', label: 'Over time' },
              { value: 'at', label: 'As of a moment' },
            ]}
          />
        </div>
        {asOf ? (
          <Field label="As of">
            {(control) => (
              <Input
                {...control}
                type="datetime-local"
                value={localInput(new Date(filter.at ?? ''))}
                onChange={(e) => e.target.value && set({ at: e.target.value })}
              />
            )}
          </Field>
        ) : (
          <>
            <DayRange filters={filters} onChange={set} />
            <Field label="State">
              {(control) => (
                <Select
                  {...control}
                  value={filters.state ?? ''}
                  onChange={(e) => set({ state: e.target.value })}
                  choices={[
                    { value: '', label: 'Any' },
                    { value: 'active', label: 'Active now' },
                    { value: 'ended', label: 'Ended' },
                    { value: 'coming', label: 'Not yet real' },
                  ]}
                />
              )}
            </Field>
          </>
        )}
        <Field label="As">
          {(control) => (
            <Select
              {...control}
              value={filters.relation ?? ''}
              onChange={(e) => set({ relation: e.target.value })}
              choices={[
                { value: '', label: 'Member or owner' },
                { value: 'member', label: 'Member' },
                { value: 'owner', label: 'Owner' },
              ]}
            />
          )}
        </Field>
        <Field label="By">
          {(control) => (
            <Select
              {...control}
              value={filters.via ?? (asOf || isScoped(filters) ? 'any' : 'direct')}
              onChange={(e) => set({ via: e.target.value })}
              choices={[
                { value: 'any', label: 'Any way' },
                { value: 'direct', label: 'Directly' },
                { value: 'role', label: 'By a role' },
              ]}
            />
          )}
        </Field>
        <Field label="Department">
          {(control) => (
            <Input {...control} value={department} onChange={(e) => setDepartment(e.target.value)} />
          )}
        </Field>
      </FilterPanel>
      {rights.known && !allowed ? (
        <Card>
          <EmptyState kind="first" title="Choose whose history to see">
            Pick a person, a resource, an app, a role, or who did something. The history of the whole company
            is for auditors.
          </EmptyState>
        </Card>
      ) : query.isPending ? (
        <Card>
          <SkeletonRows rows={10} label="Loading the history" />
        </Card>
      ) : !query.data ? (
        <Card>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      ) : list.length === 0 && searching ? (
        <Card>
          <EmptyState kind="filtered" title="Nothing found yet" action={<LoadMore query={query} searching />}>
            {searched && <SearchedTo at={searched} />}
          </EmptyState>
        </Card>
      ) : list.length === 0 ? (
        <Card>
          <EmptyState
            kind="filtered"
            title={asOf ? 'Nobody held this then' : 'Nothing matches'}
            action={<Button onClick={clear}>Clear filters</Button>}
          />
        </Card>
      ) : (
        <>
          <div className="mb-2 flex flex-wrap gap-x-1.5 text-[0.875rem] text-muted">
            <p role="status">
              {total !== undefined
                ? many(total, 'row')
                : `The first ${many(list.length, 'row')}${counted.isFetching ? '; counting all' : ''}`}
              {filter.at && `, held ${exact(filter.at)}`}
              {searched && '.'}
            </p>
            {searched && <SearchedTo at={searched} />}
          </div>
          <Table
            caption="Access history"
            wide
            columns={columns}
            rows={list}
            id={(i) => i.id}
            sort={filters.sort ?? '-started'}
            onSort={(sort) => set({ sort })}
          />
          <LoadMore query={query} searching={searching} />
        </>
      )}
    </Frame>
  )
}
