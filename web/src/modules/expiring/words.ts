// What is said of grants that come to an end, and of batches.
import type { Batch, BatchItem, Expiring, GrantLimits } from '../../api/types'
import { date, lengthWords, seconds } from '../../components/time'
import type { Title } from '../titles'

const many = (n: number, one: string, more = `${one}s`) => `${n.toLocaleString('en')} ${n === 1 ? one : more}`

/** hangs says what hangs on a grant, "" for nothing. */
export function hangs(e: Pick<Expiring, 'people' | 'reaches' | 'grant'>): string {
  if (e.people) return many(e.people, 'person', 'people')
  if (e.reaches)
    return e.grant.relation === 'owner' ? `contains ${e.reaches}` : `reaches ${many(e.reaches, 'resource')}`
  return ''
}

/** atMost says how long a grant may be renewed for. */
export const atMost = (l: GrantLimits): string => (l.key === 'any' ? 'Any length' : lengthWords(l.greatest))

/** fits says whether a length from now is within a grant's limit. */
export const fits = (l: GrantLimits, duration: string | undefined): boolean =>
  (seconds(duration) ?? 0) <= (seconds(l.greatest) ?? Number.POSITIVE_INFINITY)

/** What a renewal does to a row, as far as the page can tell before. */
export type Verdict = 'renewed' | 'asked' | 'refused'

/** later says that a grant lasts longer already than a length from now: a renewal never shortens. */
const later = ({ ends_at }: Expiring['grant'], duration: string | undefined, now: number): boolean => {
  const length = seconds(duration)
  return !!length && !!ends_at && Date.parse(ends_at) > now + length * 1000
}

/** verdict says what renewing a row for a length from now does. What was found in a target is given beside it. */
export function verdict(
  { grant, limits }: Expiring,
  duration: string | undefined,
  now = Date.now(),
): Verdict {
  const shorter = grant.origin !== 'import' && later(grant, duration, now)
  if (shorter || !fits(limits, duration)) return 'refused'
  return grant.may_extend ? 'renewed' : 'asked'
}

/** verdictWords says what a row gets, or why it gets nothing. */
export function verdictWords(row: Expiring, duration: string | undefined, now = Date.now()): string {
  const { limits } = row
  const limit = limits.key === 'any' ? 'any length' : `at most ${atMost(limits)}: ${limits.from}`
  const length = seconds(duration)
  if (!length) return limit.charAt(0).toUpperCase() + limit.slice(1)
  const until = date(new Date(now + length * 1000))
  const is = verdict(row, duration, now)
  if (fits(limits, duration) && is === 'refused')
    return `Refused: it lasts until ${date(row.grant.ends_at ?? '')} already, and a renewal does not shorten`
  if (is === 'refused') return `Refused, ${limit}`
  return `${is === 'asked' ? 'Asked for, until' : 'Until'} ${until} · ${limit}`
}

const did = { renew: 'renewed', end: 'ended', review: 'marked', undo: 'taken back' } as const

/** batchWords says in a sentence how far a batch is, or what came of it. */
export function batchWords(b: Batch): string {
  const c = b.counts
  if (b.state === 'working')
    return `${(c.total - c.waiting).toLocaleString('en')} of ${many(c.total, 'row')} done`
  if (b.state === 'refused')
    return `Nothing was changed: ${many(c.refused, 'row')} stood in the way of all or nothing.`
  const good = c.renewed + c.ended + c.reviewed + c.undone
  const parts = [
    good > 0 || c.asked + c.refused === 0 ? `${good.toLocaleString('en')} ${did[b.action]}` : '',
    c.asked ? `${c.asked.toLocaleString('en')} asked for` : '',
    c.refused ? `${c.refused.toLocaleString('en')} refused` : '',
  ]
  return `${parts.filter(Boolean).join(', ')}.`
}

/** itemName says whose grant of what a row is. */
export const itemName = ({ grant: g }: BatchItem, title: Title): string =>
  g ? `${g.subject.name} · ${title(g.resource)}` : 'A grant you may not see'

/** itemWords says what became of one row. */
export function itemWords(it: BatchItem): string {
  switch (it.state) {
    case 'renewed':
      return `Renewed until ${date(it.ends_at ?? '')}`
    case 'ended':
      return 'Ended'
    case 'reviewed':
      return `Marked; it ends on ${date(it.ends_at ?? '')}`
    case 'asked':
      return it.detail || 'You may not do this directly, so a request was filed'
    case 'undone':
      return it.ends_at ? `Taken back; it ends on ${date(it.ends_at)}` : 'Taken back'
    case 'untouched':
      return 'Left as it was'
    case 'waiting':
      return 'Waits'
    default:
      return `${sentence(it.detail)} ${sentence(it.hint)}`.trim()
  }
}

function sentence(text: string | undefined): string {
  if (!text) return ''
  const first = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(first) ? first : `${first}.`
}

/** untilDays is the moment so many days from now, to the hour, so that a query's key does not change at each drawing. */
export function untilDays(days: string, now = Date.now()): string {
  const at = new Date(now + Number(days) * 86_400_000)
  at.setUTCMinutes(0, 0, 0)
  return at.toISOString()
}

/** taken says what taking a batch back does to the rows that can be. */
export function taken({ counts: c }: Batch): string {
  return [
    c.renewed ? 'What was renewed ends again when it did before.' : '',
    c.reviewed ? 'The marks go.' : '',
    c.asked ? 'Requests that still wait are cancelled.' : '',
  ]
    .filter(Boolean)
    .join(' ')
}
