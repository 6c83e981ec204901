import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { rows } from '../../api/list'
import { requestsQuery } from '../../api/request'
import type { AccessRequest } from '../../api/types'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { RelativeTime } from '../../components/RelativeTime'
import { ResourceIcon } from '../../components/ResourceIcon'
import { SkeletonRows } from '../../components/Skeleton'
import { Status } from '../../components/Status'
import { useAsk } from '../../modules/ask/open'
import { forOther, names, subjectOf } from '../../modules/names'
import { requestPath } from '../../modules/paths'
import { useTitle } from '../../modules/titles'
import { More } from './More'

/** MyRequestsCard shows what one asked for lately: what is undecided first, with who it waits for. */
export function MyRequestsCard() {
  const ask = useAsk()
  const title = useTitle()
  const { data, error, isPending, refetch } = useInfiniteQuery(requestsQuery({ requester: 'me', limit: 12 }))
  const list = rows(data)
  const shown = [...list]
    .sort((a, b) => Number(b.state === 'pending') - Number(a.state === 'pending'))
    .slice(0, 5)
  return (
    <Card title="Your requests" action={list.length > 0 && <More to="/requests">All requests</More>}>
      {isPending && <SkeletonRows rows={3} />}
      {!data && error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data && list.length === 0 && (
        <EmptyState
          kind="first"
          title="You have not asked for anything yet"
          action={<Button onClick={() => ask()}>Request access</Button>}
        >
          What you ask for stays here with everything that happens to it.
        </EmptyState>
      )}
      <ul className="-mx-2 grid">
        {shown.map((r) => (
          <li key={r.id}>
            <Link
              to={requestPath(r)}
              className="touch flex items-center gap-3 rounded-md px-2 py-1.5 outline-offset-[-2px] hover:bg-hover max-sm:flex-wrap"
            >
              <ResourceIcon {...subjectOf(r)} />
              <span className="min-w-0 flex-1 max-sm:basis-[calc(100%-4rem)]">
                <span className="block truncate font-medium">
                  {title(subjectOf(r))}
                  {forOther(r) && <span className="font-normal text-muted"> for {r.beneficiary.name}</span>}
                </span>
                <span className="block truncate text-[0.8125rem] text-muted">
                  <Waits r={r} />
                </span>
              </span>
              <span className="max-sm:ml-12">
                <Status state={r.state}>{r.state === 'pending' ? 'Undecided' : undefined}</Status>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Waits({ r }: { r: AccessRequest }) {
  if (r.state === 'pending' && r.waiting_for?.length)
    return (
      <>
        Waits for {names(r.waiting_for, undefined, 2)}{' '}
        <RelativeTime at={r.waiting_since ?? r.created_at} before="since " />
      </>
    )
  return <RelativeTime at={r.decided_at ?? r.created_at} />
}
