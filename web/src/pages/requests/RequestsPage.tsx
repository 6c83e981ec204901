import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useDeferredValue } from 'react'
import { rows } from '../../api/list'
import { requestsQuery } from '../../api/request'
import type { AccessRequest } from '../../api/types'
import { Button, buttonClass } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { SearchInput } from '../../components/Input'
import { PageFrame } from '../../components/PageFrame'
import { RelativeTime } from '../../components/RelativeTime'
import { ResourceIcon } from '../../components/ResourceIcon'
import { Segments } from '../../components/Segments'
import { Select } from '../../components/Select'
import { SkeletonRows } from '../../components/Skeleton'
import { Status } from '../../components/Status'
import { type Column, Table } from '../../components/Table'
import { howLong } from '../../components/time'
import { useAsk } from '../../modules/ask/open'
import {
  forOther,
  isNew,
  kindWords,
  names,
  Person,
  PersonLink,
  ResourceLine,
  relationWords,
  subjectOf,
} from '../../modules/names'
import { requestPath } from '../../modules/paths'

const states = [
  { value: '', label: 'Every state' },
  { value: 'pending', label: 'Undecided' },
  { value: 'approved', label: 'Approved' },
  { value: 'denied', label: 'Denied' },
  { value: 'cancelled', label: 'Cancelled' },
  { value: 'expired', label: 'Expired' },
  { value: 'superseded', label: 'Replaced' },
  { value: 'failed', label: 'Failed' },
]
const views = [
  { value: 'mine', label: 'I asked' },
  { value: 'forme', label: 'For me' },
  { value: 'decided', label: 'I decided' },
  { value: 'all', label: 'All' },
] as const
type View = (typeof views)[number]['value']

const columns: Column<AccessRequest>[] = [
  {
    key: 'what',
    header: 'What',
    cell: (r) => (
      <span className="flex min-w-0 flex-wrap items-center gap-2">
        {isNew(r) ? (
          <span className="flex min-w-0 items-center gap-3">
            <ResourceIcon {...subjectOf(r)} />
            <span className="min-w-0">
              <span className="block truncate font-medium">{subjectOf(r).name}</span>
              <span className="block truncate text-[0.8125rem] text-muted">{what(r)}</span>
            </span>
          </span>
        ) : (
          <ResourceLine resource={r.resource} detail={[what(r), howLong(r)].filter(Boolean).join(' · ')} />
        )}
      </span>
    ),
  },
  {
    key: 'who',
    header: 'For',
    cell: (r) =>
      r.beneficiary.kind === 'user' ? (
        <Person
          user={{ id: r.beneficiary.id, login: r.beneficiary.login ?? '', name: r.beneficiary.name }}
          detail={forOther(r) ? `asked by ${r.requester.name}` : undefined}
        />
      ) : (
        <span>
          Role {r.beneficiary.name} · asked by <PersonLink user={r.requester} />
        </span>
      ),
  },
  {
    key: 'state',
    header: 'State',
    cell: (r) => (
      <span className="grid justify-items-start gap-0.5">
        <Status state={r.state}>{r.state === 'pending' ? 'Undecided' : undefined}</Status>
        {r.state === 'pending' && (r.waiting_for?.length ?? 0) > 0 && (
          <span className="text-[0.8125rem] text-muted">
            waits for {names(r.waiting_for ?? [], undefined, 1)}
          </span>
        )}
        {r.grant && r.grant.state !== 'active' && <Status state={r.grant.state} />}
      </span>
    ),
  },
  { key: 'at', header: 'Asked', cell: (r) => <RelativeTime at={r.created_at} /> },
]

function what(r: AccessRequest): string {
  if (r.kind === 'work_order') return 'Work order'
  if (r.kind === 'create')
    return isNew(r) ? `New ${kindWords[subjectOf(r).kind].toLowerCase()}` : 'Made as asked for'
  return `${relationWords[r.relation]}${r.kind === 'extend' ? ', renewal' : ''}`
}

export function RequestsPage() {
  const search = useSearch({ strict: false }) as { view?: View; state?: string; q?: string }
  const navigate = useNavigate()
  const ask = useAsk()
  const view = search.view ?? 'mine'
  const q = useDeferredValue(search.q ?? '')
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } =
    useInfiniteQuery(
      requestsQuery({
        requester: view === 'mine' ? 'me' : undefined,
        beneficiary: view === 'forme' ? 'me' : undefined,
        decided_by: view === 'decided' ? 'me' : undefined,
        state: search.state,
        q,
        limit: 50,
      }),
    )
  const list = rows(data)
  const set = (change: Record<string, string | undefined>) =>
    void navigate({ to: '.', search: { ...search, ...change } as never, replace: true })
  const filtered = !!search.state || !!search.q || view !== 'mine'
  return (
    <PageFrame
      title="Requests"
      sub="Everything that was asked for stays here: decided, cancelled and expired too."
      actions={
        <Button look="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => ask()}>
          Request access
        </Button>
      }
    >
      <div className="mb-4 flex flex-wrap gap-2">
        <Segments
          label="Whose requests"
          value={view}
          onChange={(v) => set({ view: v === 'mine' ? undefined : v })}
          choices={views}
          className="max-sm:w-full"
        />
        <SearchInput
          label="Resource or reason"
          className="min-w-48 flex-1"
          value={search.q ?? ''}
          onChange={(e) => set({ q: e.target.value || undefined })}
        />
        <Select
          aria-label="State"
          className="w-40 max-sm:flex-1"
          choices={states}
          value={search.state ?? ''}
          onChange={(e) => set({ state: e.target.value || undefined })}
        />
      </div>
      {isPending && <SkeletonRows rows={6} />}
      {!data && error && (
        <Card>
          <ErrorState error={error} onRetry={() => void refetch()} />
        </Card>
      )}
      {data && list.length === 0 && (
        <Card>
          {filtered ? (
            <EmptyState
              kind="filtered"
              title="No request matches"
              action={
                <Button onClick={() => void navigate({ to: '.', search: {} as never, replace: true })}>
                  Clear filters
                </Button>
              }
            />
          ) : (
            <EmptyState
              kind="first"
              title="You have not asked for anything yet"
              action={<Button onClick={() => ask()}>Request access</Button>}
            >
              What you ask for stays here with everything that happens to it.
            </EmptyState>
          )}
        </Card>
      )}
      {list.length > 0 && (
        <Table
          caption="Requests"
          columns={columns}
          rows={list}
          id={(r) => r.id}
          action={(r) => (
            <Link to={requestPath(r)} className={buttonClass('secondary', 'sm')}>
              Open<span className="sr-only"> the request for {subjectOf(r).name}</span>
            </Link>
          )}
        />
      )}
      {hasNextPage && (
        <div className="mt-4 grid justify-center">
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </PageFrame>
  )
}
