// Times and lengths in words. Everything shown to people goes through here.

import { formatter, localDate } from './zone'

const relativeFormat = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' })
/** exact is the day and the time with its zone. */
export const exact = formatter({
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
})
export const date = formatter({ day: 'numeric', month: 'short', year: 'numeric' })
const clockFormat = formatter({ hour: '2-digit', minute: '2-digit' })

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

/** relative says how far a time is from now: "in 3 hours", "2 days ago". */
export function relative(at: string | Date, now = Date.now()): string {
  const ms = new Date(at).getTime() - now
  const size = Math.abs(ms)
  if (size < 45_000) return ms <= 0 ? 'just now' : 'in a moment'
  const steps: [Intl.RelativeTimeFormatUnit, number, number][] = [
    ['minute', minute, 59.5 * minute],
    ['hour', hour, 23.5 * hour],
    ['day', day, 44 * day],
    ['month', 30.44 * day, 350 * day],
    ['year', 365.25 * day, Number.POSITIVE_INFINITY],
  ]
  for (const [unit, length, below] of steps)
    if (size < below) {
      const n = Math.round(ms / length)
      // "tomorrow" for 20 hours from now misleads: days are counted in 24 hours.
      return Math.abs(n) === 1 && unit === 'day'
        ? n > 0
          ? 'in 1 day'
          : '1 day ago'
        : relativeFormat.format(n, unit)
    }
  return exact(at)
}

/** moment is short: "Today, 09:12", else the day and the time. */
export function moment(at: string | Date, now = new Date()): string {
  const then = new Date(at)
  const clock = clockFormat(then)
  const days = (Date.parse(localDate(now)) - Date.parse(localDate(then))) / day
  if (days === 0) return `Today, ${clock}`
  if (days === 1) return `Yesterday, ${clock}`
  return `${date(then)}, ${clock}`
}

/** seconds reads an ISO 8601 length with W, D, H, M and S; undefined when it is none. */
export function seconds(iso: string | undefined): number | undefined {
  const m = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(iso ?? '')
  if (!m || iso === 'P' || iso?.endsWith('T')) return undefined
  const n = (i: number) => Number(m[i] ?? 0)
  return n(1) * 604_800 + n(2) * 86_400 + n(3) * 3600 + n(4) * 60 + n(5)
}

/** iso writes a number of seconds as the server does: days, hours, minutes, seconds. */
export function iso(total: number): string {
  const d = Math.floor(total / 86_400)
  const rest = total % 86_400
  const parts = [
    [Math.floor(rest / 3600), 'H'],
    [Math.floor((rest % 3600) / 60), 'M'],
    [rest % 60, 'S'],
  ].filter(([n]) => n)
  return `P${d ? `${d}D` : ''}${parts.length ? `T${parts.flat().join('')}` : ''}`
}

/** lengthWords says an ISO 8601 length by its two leading units: "7 days", "1 hour 30 minutes". */
export function lengthWords(value: string | undefined): string {
  let left = seconds(value)
  if (left === undefined) return value ?? ''
  const out: string[] = []
  for (const [name, size] of [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
    ['second', 1],
  ] as const) {
    const n = Math.floor(left / size)
    if (n) out.push(`${n} ${name}${n === 1 ? '' : 's'}`)
    left %= size
  }
  return out.slice(0, 2).join(' ') || 'no time'
}

/** everyWords says how often: "Every hour", "Every 2 days". */
export const everyWords = (value: string): string => `Every ${lengthWords(value).replace(/^1 (\w+)$/, '$1')}`

/** roughly says a length by its leading unit: "17 hours" rather than "16 hours 37 minutes 41 seconds". */
export function roughly(value: string | undefined): string {
  const n = seconds(value)
  if (n === undefined) return ''
  for (const unit of [86_400, 3600, 60])
    if (n >= unit * 0.95) return lengthWords(iso(Math.max(1, Math.round(n / unit)) * unit))
  return 'a minute'
}

/** howLong says what was asked for: a length, a date, or no end. */
export function howLong(ask: { duration?: string; until?: string; no_end?: boolean }): string {
  if (ask.no_end) return 'no end'
  if (ask.until) return `until ${date(ask.until)}`
  if (ask.duration) return lengthWords(ask.duration)
  return ''
}
