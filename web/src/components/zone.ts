// The time zone in which days and times are shown and read: that of the person's profile, else that of the browser.

const own = new Intl.DateTimeFormat().resolvedOptions().timeZone
let current = own

/** setZone takes an IANA name; none, or one that the browser does not know, is the browser's own. */
export function setZone(name: string | undefined): void {
  current = name && known(name) ? name : own
}

/** zone is the IANA name of the zone that is in force. */
export const zone = (): string => current

function known(name: string): boolean {
  try {
    return !!new Intl.DateTimeFormat('en-GB', { timeZone: name })
  } catch {
    return false
  }
}

/** formatter makes a format once for each zone. */
export function formatter(options: Intl.DateTimeFormatOptions): (at: string | Date | number) => string {
  const made = new Map<string, Intl.DateTimeFormat>()
  return (at) => {
    const format = made.get(current) ?? new Intl.DateTimeFormat('en-GB', { ...options, timeZone: current })
    made.set(current, format)
    return format.format(new Date(at))
  }
}

const two = { hour: '2-digit', minute: '2-digit', month: '2-digit', day: '2-digit' } as const
const wallFormat = formatter({ ...two, year: 'numeric', second: '2-digit', hourCycle: 'h23' })

/** wall is what calendar and clock of the zone say at a moment: "2026-11-21T10:30:00". */
export function wall(at: Date | number): string {
  const [d, m, y, clock] = wallFormat(at).split(/\/|, /)
  return `${y?.padStart(4, '0')}-${m}-${d}T${clock}`
}

/** localDate is a moment's day, as YYYY-MM-DD. */
export const localDate = (at: Date | number): string => wall(at).slice(0, 10)

/** localHour is the hour of the day, 0 to 23. */
export const localHour = (at: Date | number): number => Number(wall(at).slice(11, 13))

const hours24 = 86_400_000
const ahead = (at: number) => Date.parse(`${wall(at)}Z`) - Math.floor(at / 1000) * 1000

/**
 * instant is the moment at which the zone's clocks say so, in milliseconds; NaN for what is no time. Of two, the first;
 * of a time that is left out in spring, as many minutes after the change as it lies after the gap's beginning.
 */
export function instant(text: string): number {
  const utc = Date.parse(`${text}Z`)
  if (Number.isNaN(utc)) return utc
  const before = utc - ahead(utc - hours24)
  const after = utc - ahead(utc + hours24)
  const said = new Date(utc).toISOString().slice(0, 19)
  return wall(before) !== said && wall(after) === said ? after : before
}

const day = /^\d{4}-\d{2}-\d{2}$/

/** startOfDay is the first moment of a day, in UTC; undefined for what is no day. */
export function startOfDay(date: string | undefined): string | undefined {
  const at = date && day.test(date) ? instant(`${date}T00:00:00`) : Number.NaN
  return Number.isNaN(at) ? undefined : new Date(at).toISOString()
}

/** dayAfter is where the day after begins, in UTC: until then, and not then, it is that day. undefined for what is no day. */
export function dayAfter(date: string | undefined): string | undefined {
  if (!startOfDay(date)) return undefined
  const next = new Date(Date.parse(`${date}T00:00:00Z`) + hours24).toISOString().slice(0, 10)
  return new Date(instant(`${next}T00:00:00`)).toISOString()
}

/** endOfDay is the last millisecond of a day, in UTC; undefined for what is no day. */
export function endOfDay(date: string | undefined): string | undefined {
  const next = dayAfter(date)
  return next && new Date(Date.parse(next) - 1).toISOString()
}

/** localInput is a moment as a field of date and time takes it; "" for none. */
export const localInput = (at: Date | number): string =>
  Number.isNaN(new Date(at).getTime()) ? '' : wall(at).slice(0, 16)

/** momentIn reads a moment of an address: with a zone of its own, or as a field of date and time writes it. */
export function momentIn(text: string | undefined): string | undefined {
  if (!text) return undefined
  const at = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(text) ? instant(text) : Date.parse(text)
  return Number.isNaN(at) ? undefined : new Date(at).toISOString()
}
