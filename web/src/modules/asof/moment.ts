// What "as of" in an address means: a day is its end in the person's time zone, and a moment is itself.
import { endOfDay, localDate, momentIn } from '../../components/zone'

/** momentOf is the moment to look at, in UTC; undefined is now, which today and what is no time are too. */
export function momentOf(value: string | undefined, now = new Date()): string | undefined {
  if (!value || value === localDate(now)) return undefined
  return endOfDay(value) ?? momentIn(value)
}
