import type { Durations } from '../api/types'
import { iso, seconds } from './time'

const usual = ['P1D', 'P7D', 'P30D', 'P90D']

/** allowed joins the resource's durations with the tightest limit of its tags; `limit` is in seconds. */
export function allowed(d: Durations | undefined, limit?: number) {
  const max = Math.min(seconds(d?.max) ?? Number.POSITIVE_INFINITY, limit ?? Number.POSITIVE_INFINITY)
  let presets = (d?.presets?.length ? d.presets : usual).filter((p) => (seconds(p) ?? 0) <= max)
  if (presets.length === 0 && Number.isFinite(max)) presets = [iso(max)]
  return { max, presets, noEnd: !d?.forbid_no_end && !Number.isFinite(max) }
}
