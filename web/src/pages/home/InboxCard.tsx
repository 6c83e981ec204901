import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { inboxQuery } from '../../api/request'
import { Avatar } from '../../components/Avatar'
import { Card } from '../../components/Card'
import { Count } from '../../components/Count'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { RelativeTime } from '../../components/RelativeTime'
import { SkeletonRows } from '../../components/Skeleton'
import { forOther, subjectOf } from '../../modules/names'
import { requestPath } from '../../modules/paths'
import { useTitle } from '../../modules/titles'
import { useHeld } from '../../modules/undo'
import { More } from './More'

const most = 5

export function InboxCard() {
  const { data, error, isPending, refetch } = useQuery(inboxQuery())
  const held = useHeld()
  const title = useTitle()
  const list = (data?.items ?? []).filter((r) => !held.has(r.id))
  return (
    <Card
      title={
        <span className="flex items-center gap-2">
          Waiting for you {list.length > 0 && <Count value={list.length} />}
        </span>
      }
      action={list.length > 0 && <More to="/approvals">Open approvals</More>}
    >
      {isPending && <SkeletonRows rows={3} />}
      {!data && error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data && list.length === 0 && (
        <EmptyState kind="first" title="Nothing waits for you">
          When someone asks for access to something you own or manage, it shows up here.
        </EmptyState>
      )}
      <ul className="-mx-2 grid">
        {list.slice(0, most).map((r) => (
          <li key={r.id}>
            <Link
              to={requestPath(r)}
              className="touch flex items-center gap-3 rounded-md px-2 py-1.5 outline-offset-[-2px] hover:bg-hover"
            >
              <Avatar name={r.requester.name} />
              <span className="min-w-0 flex-1">
                <span className="line-clamp-2 font-medium [overflow-wrap:anywhere] sm:line-clamp-1">
                  {r.requester.name} · {title(subjectOf(r))}
                  {forOther(r) && ` for ${r.beneficiary.name}`}
                </span>
                <span className="block truncate text-[0.8125rem] text-muted">
                  {r.reason || 'No reason given'}
                </span>
              </span>
              <span className="shrink-0 text-[0.8125rem] text-muted">
                <RelativeTime at={r.created_at} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {list.length > most && (
        <p className="mt-1 text-[0.875rem] text-muted">
          and <More to="/approvals">{`${list.length - most} more`}</More>
        </p>
      )}
    </Card>
  )
}
