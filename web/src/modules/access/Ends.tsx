import type { Provisioning } from '../../api/types'
import { Badge } from '../../components/Badge'
import { RelativeTime } from '../../components/RelativeTime'
import { Status } from '../../components/Status'
import { date, exact } from '../../components/time'
import { endsSoon, since } from './words'

/** Ends is when access ends; the last fourteen days stand out. */
export function Ends({ at, ended, never }: { at?: string; ended?: string; never?: boolean }) {
  if (ended)
    return (
      <span className="text-muted">
        <RelativeTime at={ended} />
      </span>
    )
  if (never || !at) return <span className="text-muted">{never ? 'No end' : 'Not yet known'}</span>
  if (endsSoon(at))
    return (
      <Badge tone="warn">
        <RelativeTime at={at} />
      </Badge>
    )
  return (
    <time dateTime={at} title={exact(at)} className="whitespace-nowrap">
      {date(at)}
    </time>
  )
}

/** StateLine is a state with what must be known about it: since when, how often tried, what failed. */
export function StateLine({ state, provisioning }: { state: string; provisioning?: Provisioning }) {
  const more = since(state, provisioning)
  return (
    <span className="grid justify-items-start gap-0.5">
      <Status state={state} />
      {more && (
        <span className={`text-[0.8125rem] ${state === 'failing' ? 'text-bad' : 'text-muted'}`}>{more}</span>
      )}
    </span>
  )
}
