import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { RotateCcw } from 'lucide-react'
import { rows } from '../../api/list'
import { intervalsQuery } from '../../api/report'
import type { Interval, User } from '../../api/types'
import { Button, buttonClass } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { SearchInput } from '../../components/Input'
import { LoadMore } from '../../components/LoadMore'
import { RelativeTime } from '../../components/RelativeTime'
import { SkeletonRows } from '../../components/Skeleton'
import { Status } from '../../components/Status'
import { type Column, Table } from '../../components/Table'
import { date } from '../../components/time'
import { useAsk } from '../ask/open'
import { useFilters, useTextFilter } from '../filters'
import { PersonLink, ResourceLine, ResourceLink, relationWords } from '../names'
import { useTitle } from '../titles'

const columns: Column<Interval>[] = [
  {
    key: 'what',
    header: 'What',
    sort: 'resource',
    cell: (i) => <ResourceLine resource={i.resource} detail={relationWords[i.relation]} />,
  },
  {
    key: 'by',
    header: 'Was given by',
    cell: (i) =>
      i.role ? (
        <span>
          Role <ResourceLink resource={i.role} />
        </span>
      ) : (
        'Direct'
      ),
  },
  {
    key: 'from',
    header: 'From',
    sort: 'started',
    quiet: true,
    className: 'md:max-xl:hidden',
    cell: (i) => <span className="whitespace-nowrap text-muted">{date(i.started_at)}</span>,
  },
  {
    key: 'lost',
    header: 'Lost',
    sort: 'ended',
    cell: (i) => (
      <span className="flex flex-wrap items-center gap-2">
        {i.ended_at ? <RelativeTime at={i.ended_at} /> : '–'}
        {i.state === 'revoking' && <Status state="revoking" />}
      </span>
    ),
  },
  {
    key: 'why',
    header: 'Why',
    cell: (i) => (
      <span>
        {i.ended_reason
          ? i.ended_reason.charAt(0).toUpperCase() + i.ended_reason.slice(1)
          : i.ended_by
            ? 'No reason was given'
            : 'It reached its end'}
        {i.ended_by && (
          <span className="text-muted">
            {' · by '}
            <PersonLink user={i.ended_by} />
          </span>
        )}
      </span>
    ),
  },
]

/** Lost is what somebody had and has no longer by any way: when it went, why, and how to have it again. */
export function Lost({
  user,
  mine,
  bare,
}: {
  user: Pick<User, 'login' | 'name' | 'state'>
  mine: boolean
  /** Without the way to everything that ended: it is beside it. */
  bare?: boolean
}) {
  const ask = useAsk()
  const title = useTitle()
  const [filters, set] = useFilters()
  const [text, setText] = useTextFilter('q', 300)
  const sort = filters.sort ?? '-ended'
  const query = useInfiniteQuery(
    intervalsQuery({ person: mine ? 'me' : user.login, state: 'lost', q: filters.q, sort }),
  )
  const items = rows(query.data)
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex flex-wrap gap-2">
        <SearchInput
          label="Filter what was lost"
          className="min-w-full flex-1 sm:min-w-64"
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
        {!bare && (
          <Link
            to="/history"
            search={{ person: mine ? 'me' : user.login, state: 'ended' }}
            className={buttonClass()}
          >
            Everything that ended
          </Link>
        )}
      </div>
      {query.isPending ? (
        <SkeletonRows rows={6} label="Loading what was lost" />
      ) : !query.data ? (
        <Card>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      ) : items.length === 0 ? (
        <Card>
          {filters.q ? (
            <EmptyState
              kind="filtered"
              title="Nothing that was lost matches"
              action={<Button onClick={() => setText('')}>Clear the filter</Button>}
            />
          ) : (
            <EmptyState kind="first" title="Nothing was lost">
              What {mine ? 'you had and have' : `${user.name} had and has`} no longer is listed here, with
              when it went and why.
            </EmptyState>
          )}
        </Card>
      ) : (
        <Table
          caption={mine ? 'What you lost' : `What ${user.name} lost`}
          columns={columns}
          rows={items}
          id={(i) => i.id}
          sort={sort}
          onSort={(s) => set({ sort: s })}
          action={
            user.state === 'active'
              ? (i) =>
                  i.removed ? (
                    <span className="text-muted">No longer in the catalogue</span>
                  ) : (
                    <Button
                      size="sm"
                      icon={<RotateCcw aria-hidden className="size-3.5" />}
                      aria-label={
                        mine
                          ? `Get it back: ${title(i.resource)}`
                          : `Ask for it again for ${user.name}: ${title(i.resource)}`
                      }
                      onClick={() =>
                        ask({
                          resource: i.resource.slug,
                          relation: i.relation,
                          ...(mine ? {} : { beneficiary: user.login }),
                        })
                      }
                    >
                      {mine ? 'Get it back' : 'Ask for it again'}
                    </Button>
                  )
              : undefined
          }
        />
      )}
      <LoadMore query={query} />
    </div>
  )
}
