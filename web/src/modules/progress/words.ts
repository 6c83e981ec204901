import type { Progress } from '../../api/progress'
import { date, exact, iso, moment, roughly } from '../../components/time'

const count = (n: number) => n.toLocaleString('en-GB')

/** doneWords says how many of how many, in the direction in which it goes. */
export function doneWords(p: Progress): string {
  const people = p.total === 1 ? 'person' : 'people'
  return p.direction === 'removing'
    ? `taken away from ${count(p.done)} of ${count(p.total)} ${people}`
    : `in place for ${count(p.done)} of ${count(p.total)} ${people}`
}

/** moreWords says what the rest waits for, the gravest first, and how long that takes. */
export function moreWords(p: Progress, now = Date.now()): string[] {
  const out: string[] = []
  if (p.failing) out.push(`${count(p.failing)} failing`)
  if (p.by_hand) out.push(`${count(p.by_hand)} wait for somebody to do it`.replace(/^1 wait/, '1 waits'))
  const queued = p.waiting + p.in_hand
  if (p.paused_at) {
    if (queued) out.push(`paused since ${moment(p.paused_at)}`)
  } else if (p.held_until && Date.parse(p.held_until) > now)
    out.push(`the target asked for a pause until ${moment(p.held_until)}`)
  else if (queued) out.push(p.in_hand ? `${count(p.in_hand)} being changed now` : `${count(queued)} waiting`)
  if (p.done_about && queued)
    out.push(`about ${roughly(iso(Math.max(60, (Date.parse(p.done_about) - now) / 1000)))} left`)
  if (p.changes_per_minute && queued) out.push(`${count(p.changes_per_minute)} changes a minute`)
  return out
}

export const sinceWords = (p: Progress) => (p.since ? `Since ${exact(p.since) || date(p.since)}` : '')

export const stateWords = {
  in_hand: 'Being changed now',
  waiting: 'Waits for its turn',
  by_hand: 'Waits for somebody to do it',
  failing: 'Failing',
} as const
