import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Upload, X } from 'lucide-react'
import { rows } from '../../api/list'
import { departmentsQuery, peopleQuery } from '../../api/people'
import type { User } from '../../api/types'
import { userQuery } from '../../api/user'
import { Avatar } from '../../components/Avatar'
import { Badge } from '../../components/Badge'
import { Button, buttonClass } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { SearchInput } from '../../components/Input'
import { LoadMore } from '../../components/LoadMore'
import { many } from '../../components/number'
import { PageFrame } from '../../components/PageFrame'
import { useRowKeys } from '../../components/rowKeys'
import { Select } from '../../components/Select'
import { SkeletonRows } from '../../components/Skeleton'
import { Status } from '../../components/Status'
import { useFilters, useTextFilter } from '../../modules/filters'
import { PersonLink } from '../../modules/names'
import { useRights } from '../../modules/rights'

export function PeoplePage() {
  const [filters, set] = useFilters()
  const [text, setText] = useTextFilter('q')
  const rights = useRights()
  useRowKeys('People')
  const departments = useQuery(departmentsQuery()).data ?? []
  const manager = useQuery({ ...userQuery(filters.manager ?? ''), enabled: !!filters.manager }).data
  const query = useInfiniteQuery(
    peopleQuery({
      q: filters.q,
      department: filters.department,
      manager: filters.manager,
      state: filters.state,
      total: true,
    }),
  )
  const people = rows(query.data)
  const total = query.data?.pages[0]?.total
  const filtered = !!(filters.q || filters.department || filters.manager || filters.state)
  const clear = () => {
    setText('')
    set({ q: undefined, department: undefined, manager: undefined, state: undefined })
  }
  return (
    <PageFrame
      title="People"
      sub={
        total === undefined
          ? 'Everybody, and what they have.'
          : `${total === 0 ? 'Nobody' : many(total, 'person', 'people')}${filtered ? (total > 1 ? ' match' : ' matches') : ''}`
      }
      actions={
        rights.admin && (
          <Link to={'/admin/import' as string} className={buttonClass()}>
            <Upload aria-hidden className="size-4" /> Import
          </Link>
        )
      }
    >
      <search className="mb-4 flex flex-wrap gap-2">
        <SearchInput
          label="Search by name, login, e-mail or title"
          className="min-w-full flex-1 sm:min-w-72"
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
        <Select
          aria-label="Department"
          className="min-w-40 max-sm:flex-1"
          value={filters.department ?? ''}
          onChange={(e) => set({ department: e.target.value })}
          choices={[
            { value: '', label: 'Any department' },
            ...(filters.department && !departments.includes(filters.department)
              ? [{ value: filters.department, label: filters.department }]
              : []),
            ...departments.map((d) => ({ value: d, label: d })),
          ]}
        />
        <Select
          aria-label="State"
          className="min-w-36 max-sm:flex-1"
          value={filters.state ?? ''}
          onChange={(e) => set({ state: e.target.value })}
          choices={[
            { value: '', label: 'Active' },
            { value: 'suspended', label: 'Suspended' },
            { value: 'gone', label: 'Left' },
            { value: 'all', label: 'Everybody' },
          ]}
        />
        {filters.manager && (
          <Button icon={<X aria-hidden className="size-4" />} onClick={() => set({ manager: undefined })}>
            Reports to {manager?.name ?? filters.manager}
            <span className="sr-only">: clear this filter</span>
          </Button>
        )}
      </search>
      {query.isPending ? (
        <Card>
          <SkeletonRows rows={8} label="Loading the people" />
        </Card>
      ) : !query.data ? (
        <Card>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      ) : people.length === 0 ? (
        <Card>
          {filtered ? (
            <EmptyState
              kind="filtered"
              title="Nobody matches"
              action={<Button onClick={clear}>Clear filters</Button>}
            >
              People who have left are found under “Left”.
            </EmptyState>
          ) : (
            <EmptyState kind="first" title="Nobody is known yet">
              People come from a directory connection or a file that an admin imports.
            </EmptyState>
          )}
        </Card>
      ) : (
        <>
          <ul aria-label="People" className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
            {people.map((u) => (
              <PersonCard key={u.id} user={u} onManager={(login) => set({ manager: login })} />
            ))}
          </ul>
          <LoadMore query={query} />
        </>
      )}
    </PageFrame>
  )
}

function PersonCard({ user: u, onManager }: { user: User; onManager: (login: string) => void }) {
  return (
    <li
      data-row
      className="flex items-start gap-3.5 rounded-lg border border-line bg-surface p-4 shadow-card"
    >
      <Avatar name={u.name} size="lg" />
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2">
          <span className="min-w-0 truncate">
            <PersonLink user={u} />
          </span>
          {u.state !== 'active' && <Status state={u.state} />}
          {u.kind !== 'person' && <Badge>{u.kind === 'service' ? 'Service account' : 'Agent'}</Badge>}
        </p>
        <p className="truncate text-[0.875rem] text-muted">{u.title || u.login}</p>
        <p className="truncate text-[0.8125rem] text-muted leading-6">
          {u.department}
          {u.department && u.manager && ' · '}
          {u.manager && (
            <button
              type="button"
              title={`Everybody who reports to ${u.manager.name}`}
              className="min-h-6 rounded underline decoration-edge/60 underline-offset-3 hover:text-ink"
              onClick={() => onManager(u.manager?.login ?? '')}
            >
              <span className="sr-only">Show who else reports to </span>
              {u.manager.name}
            </button>
          )}
        </p>
      </div>
    </li>
  )
}
