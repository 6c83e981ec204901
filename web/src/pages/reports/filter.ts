// From the address to what the server is asked.
import type { IntervalFilter } from '../../api/report'
import { dayAfter, momentIn, startOfDay } from '../../components/zone'
import type { Filters } from '../../modules/filters'

/** historyFilter reads the filters of an address; a day from and to are whole days of the person's zone. */
export function historyFilter(f: Filters): IntervalFilter {
  return {
    person: f.person,
    resource: f.resource,
    role: f.role,
    app: f.app,
    actor: f.actor,
    department: f.department,
    relation: f.relation,
    via: f.via,
    state: f.state,
    at: momentIn(f.at),
    since: startOfDay(f.from),
    until: dayAfter(f.to),
    q: f.q,
    sort: f.sort,
  }
}

/** isScoped says whether the filters ask about something, and not for the whole company. */
export const isScoped = (f: Filters): boolean =>
  ['person', 'resource', 'role', 'app', 'actor'].some((k) => f[k])

export interface PeriodChoice {
  value: string
  label: string
  from: string
  to: string
}

/** periods are what evidence is mostly asked for, in UTC as the server counts: quarters and years, the newest first. */
export function periods(now = new Date()): PeriodChoice[] {
  const utc = (year: number, month: number) =>
    new Date(Date.UTC(year, month, 1)).toISOString().replace('.000', '')
  const out: PeriodChoice[] = []
  const year = now.getUTCFullYear()
  const quarter = Math.floor(now.getUTCMonth() / 3)
  for (let i = 0; i < 6; i++) {
    const q = year * 4 + quarter - i
    const [y, n] = [Math.floor(q / 4), q % 4]
    out.push({
      value: `${y}-Q${n + 1}`,
      label: `Quarter ${n + 1} of ${y}${i === 0 ? ' (so far)' : ''}`,
      from: utc(y, n * 3),
      to: utc(y, n * 3 + 3),
    })
  }
  for (const y of [year, year - 1, year - 2])
    out.push({
      value: String(y),
      label: `${y}${y === year ? ' (so far)' : ''}`,
      from: utc(y, 0),
      to: utc(y + 1, 0),
    })
  return out
}
