import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { rows } from '../../api/list'
import { requestsQuery } from '../../api/request'
import type { AccessRequest, User } from '../../api/types'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { LoadMore } from '../../components/LoadMore'
import { RelativeTime } from '../../components/RelativeTime'
import { ResourceIcon } from '../../components/ResourceIcon'
import { Segments } from '../../components/Segments'
import { Select } from '../../components/Select'
import { SkeletonRows } from '../../components/Skeleton'
import { Status } from '../../components/Status'
import { howLong } from '../../components/time'
import { useFilters } from '../../modules/filters'
import { forOther, subjectOf } from '../../modules/names'
import { requestPath } from '../../modules/paths'
import { useTitle } from '../../modules/titles'

/** PersonRequests is what somebody asked for, or was asked for on their behalf. */
export function PersonRequests({ user, mine }: { user: User; mine: boolean }) {
  const [filters, set] = useFilters()
  const asked = filters.by === 'requester'
  const query = useInfiniteQuery(
    requestsQuery({
      ...(asked ? { requester: user.login } : { beneficiary: user.login }),
      state: filters.state,
      limit: 50,
    }),
  )
  const items = rows(query.data)
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap gap-2">
        <Segments
          label="Which requests"
          className="max-sm:w-full"
          value={asked ? 'requester' : 'for'}
          onChange={(v) => set({ by: v === 'for' ? undefined : v })}
          choices={[
            { value: 'for', label: mine ? 'For me' : `For ${user.name.split(' ')[0]}` },
            { value: 'requester', label: mine ? 'I asked' : `${user.name.split(' ')[0]} asked` },
          ]}
        />
        <Select
          aria-label="State"
          className="w-44 max-sm:w-full"
          value={filters.state ?? ''}
          onChange={(e) => set({ state: e.target.value })}
          choices={[
            { value: '', label: 'Any state' },
            ...['pending', 'approved', 'denied', 'cancelled', 'expired', 'superseded', 'failed'].map((s) => ({
              value: s,
              label: s.charAt(0).toUpperCase() + s.slice(1),
            })),
          ]}
        />
      </div>
      <Card pad={false}>
        {query.isPending ? (
          <div className="p-5">
            <SkeletonRows rows={5} label="Loading the requests" />
          </div>
        ) : !query.data ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : items.length === 0 ? (
          filters.state ? (
            <EmptyState
              kind="filtered"
              title="No requests match"
              action={<Button onClick={() => set({ state: undefined })}>Clear the filter</Button>}
            />
          ) : (
            <EmptyState kind="first" title="No requests">
              Requests of every outcome stay here.
            </EmptyState>
          )
        ) : (
          <ul className="divide-y divide-line">
            {items.map((r) => (
              <li key={r.id}>
                <RequestRow request={r} />
              </li>
            ))}
          </ul>
        )}
      </Card>
      <LoadMore query={query} />
    </div>
  )
}

function RequestRow({ request: r }: { request: AccessRequest }) {
  const title = useTitle()
  return (
    <Link
      to={requestPath(r)}
      className="flex flex-wrap items-center gap-x-3.5 gap-y-2 px-5 py-3 outline-offset-[-2px] hover:bg-hover/50 max-md:px-4"
    >
      <ResourceIcon {...subjectOf(r)} />
      <span className="min-w-0 flex-1 basis-52">
        <span className="block truncate font-medium">
          {title(subjectOf(r))}
          {r.relation === 'owner' && <span className="font-normal text-muted"> · as owner</span>}
        </span>
        <span className="block truncate text-[0.8125rem] text-muted">
          {forOther(r) ? `${r.requester.name} for ${r.beneficiary.name} · ` : ''}
          {howLong(r) || (r.kind === 'work_order' ? 'work order' : '')}
          {r.reason ? ` · “${r.reason}”` : ''}
        </span>
      </span>
      <span className="text-[0.8125rem] text-muted">
        <RelativeTime at={r.created_at} />
      </span>
      <Status state={r.state} />
    </Link>
  )
}
