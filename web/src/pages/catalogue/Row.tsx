import { Link } from '@tanstack/react-router'
import { Clock } from 'lucide-react'
import { memo } from 'react'
import type { AccessRequest, Resource } from '../../api/types'
import { Button, buttonClass } from '../../components/Button'
import { cx } from '../../components/cx'
import { ResourceIcon } from '../../components/ResourceIcon'
import { Status } from '../../components/Status'
import { date } from '../../components/time'
import { kindWords, ResourceLink } from '../../modules/names'
import { requestPath, resourcePath } from '../../modules/paths'
import type { Have } from './search'

/** Row is one thing of the catalogue: what it is, what it lets one do, and how one stands to it. */
export const Row = memo(function Row({
  resource: r,
  have,
  waiting,
  usual,
  onAsk,
}: {
  resource: Resource
  have?: Have
  waiting?: AccessRequest
  usual?: string
  onAsk: (slug: string) => void
}) {
  const mine = have ? (
    <Status state={have.state}>
      {have.state !== 'active' ? 'Being granted' : have.ends ? `Have it until ${date(have.ends)}` : 'Have it'}
    </Status>
  ) : waiting ? (
    <Link to={requestPath(waiting)} className="touch inline-flex items-center rounded-md">
      <Status state="pending">Waiting</Status>
      <span className="sr-only">: open the request for {r.name}</span>
    </Link>
  ) : undefined
  return (
    <li
      data-row
      className="flex items-center gap-3.5 px-5 py-3.5 hover:bg-hover/40 max-md:items-start max-md:gap-3 max-md:px-4"
    >
      <ResourceIcon kind={r.kind} name={r.name} slug={r.slug} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <ResourceLink resource={r} />
          <span className="text-[0.8125rem] text-muted">{kindWords[r.kind]}</span>
        </p>
        {r.description && (
          <p className="text-[0.875rem] text-muted max-md:line-clamp-2 md:truncate">{r.description}</p>
        )}
        {mine && <div className="mt-1 md:hidden">{mine}</div>}
      </div>
      {usual && !have && !waiting && (
        <span
          className="inline-flex shrink-0 items-center gap-1.5 text-[0.8125rem] text-muted max-lg:hidden"
          title="Usual time to a decision"
        >
          <Clock aria-hidden className="size-3.5" />
          <span className="sr-only">Usually decided within </span>
          {usual}
        </span>
      )}
      <div className={cx('flex shrink-0 justify-end md:min-w-36', mine && 'max-md:hidden')}>
        {mine ??
          (r.managed ? (
            <Button size="sm" onClick={() => onAsk(r.slug)}>
              Request<span className="sr-only"> {r.name}</span>
            </Button>
          ) : (
            <Link to={resourcePath(r)} className={buttonClass('quiet', 'sm', 'text-muted max-md:hidden')}>
              By the directory
            </Link>
          ))}
      </div>
    </li>
  )
})
