// What "as of" in an address means: a day is its end where the person is, and a moment is itself.

import { localDate } from '../../components/time'

const day = /^\d{4}-\d{2}-\d{2}$/

/** momentOf is the moment to look at, in UTC; undefined is now, which today and what is no time are too. */
export function momentOf(value: string | undefined, now = new Date()): string | undefined {
  if (!value || value === localDate(now)) return undefined
  const at = new Date(day.test(value) ? `${value}T23:59:59.999` : value)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}
