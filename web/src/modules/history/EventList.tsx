import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Bot } from 'lucide-react'
import type { AuditEvent, Page } from '../../api/types'
import { Avatar } from '../../components/Avatar'
import { cx } from '../../components/cx'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { LoadMore } from '../../components/LoadMore'
import { ExactTime, RelativeTime } from '../../components/RelativeTime'
import { SkeletonRows } from '../../components/Skeleton'
import { date } from '../../components/time'
import { PersonLink } from '../names'
import { useTitle } from '../titles'
import { about, address, isResource, refName, said, sentence, tone } from './words'

const dots = {
  good: 'bg-good',
  bad: 'bg-bad',
  warn: 'bg-warn',
  info: 'bg-info',
  neutral: 'bg-edge',
}

/** History is a list of events by day, newest first, of one thing or one person. */
export function History({
  query,
  empty,
  of,
}: {
  query: UseInfiniteQueryResult<{ pages: Page<AuditEvent>[] }>
  empty: string
  /** The id of the thing or person: its name need not be said in every line. */
  of?: string
}) {
  if (query.isPending) return <SkeletonRows rows={6} label="Loading the history" />
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  const events = query.data.pages.flatMap((p) => p.items ?? [])
  if (events.length === 0)
    return (
      <EmptyState kind="first" title="Nothing happened yet">
        {empty}
      </EmptyState>
    )
  return (
    <>
      {days(events).map((day) => (
        <section key={day.name} aria-label={day.name} className="mb-5 last:mb-0">
          <h2 className="mb-1 font-medium text-[0.8125rem] text-muted">{day.name}</h2>
          <ol className="divide-y divide-line">
            {day.events.map((e) => (
              <li key={e.id}>
                <Sentence event={e} without={of ? [of] : []} />
              </li>
            ))}
          </ol>
        </section>
      ))}
      <LoadMore query={query} />
    </>
  )
}

/** Sentence is one event: who did what to what, why, and when. */
export function Sentence({ event, without = [] }: { event: AuditEvent; without?: readonly string[] }) {
  const things = about(event, without)
  const [before = '', after = ''] = sentence(event).split('{}')
  const named = sentence(event).includes('{}')
  const quote = said(event)
  return (
    <div className="flex gap-3 py-2.5">
      <span className="relative h-fit">
        {event.actor ? (
          <Avatar name={event.actor.name} />
        ) : (
          <span className="grid size-8 place-items-center rounded-full bg-sunken text-muted">
            <Bot aria-hidden className="size-4" />
          </span>
        )}
        <span
          aria-hidden
          className={cx(
            '-right-0.5 -bottom-0.5 absolute size-3 rounded-full border-2 border-surface',
            dots[tone(event)],
          )}
        />
      </span>
      <div className="min-w-0 flex-1">
        <p className="[overflow-wrap:anywhere]">
          {event.actor ? <PersonLink user={event.actor} /> : <span className="font-medium">Sallyport</span>}
          {event.on_behalf_of && (
            <>
              {' '}
              for <PersonLink user={event.on_behalf_of} />
            </>
          )}{' '}
          {before}
          {named && <Thing refTo={event.object} />}
          {after}
          {things.length > 0 && (
            <span className="text-muted">
              {' · '}
              {things.map((ref, i) => (
                <span key={ref.id}>
                  {i > 0 && ', '}
                  <Thing refTo={ref} />
                </span>
              ))}
            </span>
          )}
        </p>
        {quote && <p className="mt-0.5 text-muted [overflow-wrap:anywhere]">“{quote}”</p>}
        {event.cause && event.cause !== quote && !/^[a-z]{3}_/.test(event.cause) && (
          <p className="mt-0.5 text-[0.8125rem] text-muted">{event.cause}</p>
        )}
      </div>
      <span className="shrink-0 pt-px text-[0.8125rem] text-muted">
        {Date.now() - new Date(event.at).getTime() < 86_400_000 ? (
          <RelativeTime at={event.at} />
        ) : (
          <ExactTime at={event.at} />
        )}
      </span>
    </div>
  )
}

export function Thing({ refTo }: { refTo: Parameters<typeof address>[0] }) {
  const title = useTitle()
  const name =
    isResource(refTo) && refTo.name && refTo.slug?.includes('.')
      ? title({ kind: 'entitlement', slug: refTo.slug, name: refTo.name })
      : refName(refTo)
  const to = address(refTo)
  if (!to) return <span className="text-ink">{name}</span>
  return (
    <Link to={to} className="rounded text-ink underline-offset-2 hover:underline">
      {name}
    </Link>
  )
}

/** days groups events that follow each other by their day, as the reader's clock has it. */
function days(events: readonly AuditEvent[]): { name: string; events: AuditEvent[] }[] {
  const out: { name: string; events: AuditEvent[] }[] = []
  const today = date(new Date())
  const yesterday = date(new Date(Date.now() - 86_400_000))
  for (const e of events) {
    const day = date(e.at)
    const name = day === today ? 'Today' : day === yesterday ? 'Yesterday' : day
    const last = out[out.length - 1]
    if (last?.name === name) last.events.push(e)
    else out.push({ name, events: [e] })
  }
  return out
}
