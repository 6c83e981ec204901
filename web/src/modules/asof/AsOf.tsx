import type { ReactNode } from 'react'
import { Button } from '../../components/Button'
import { Input } from '../../components/Input'
import { Note } from '../../components/Note'
import { exact } from '../../components/time'
import { localDate } from '../../components/zone'
import { type Filters, useFilters } from '../filters'
import { momentOf } from './moment'

/** useAsOf is the moment that the address asks for, the control that chooses its day, and the banner that says which moment is shown. */
export function useAsOf({
  enter,
  leave,
}: {
  /** What the address says besides when a day is chosen. */
  enter?: Filters
  /** And when it is left for now. */
  leave?: Filters
} = {}): {
  /** In UTC; undefined is now. */
  at: string | undefined
  choose: (day: string) => void
  control: ReactNode
  /** What is shown, in words for then and for a day to come: "What Grace had", "What Grace will have". */
  banner: (past: string, future: string) => ReactNode
} {
  const [filters, set] = useFilters()
  const at = momentOf(filters.at)
  const coming = at !== undefined && Date.parse(at) > Date.now()
  const choose = (day: string) => set({ ...(day ? enter : {}), at: day })
  return {
    at,
    choose,
    control: (
      <div className="flex items-center gap-2 text-[0.875rem] text-muted">
        <span aria-hidden>As of</span>
        <Input
          type="date"
          aria-label="As of"
          className="w-40 text-ink"
          value={at ? localDate(new Date(at)) : ''}
          onChange={(e) => choose(e.target.value)}
        />
      </div>
    ),
    banner: (past, future) =>
      at && (
        <div role="status">
          <Note
            action={
              <Button size="sm" onClick={() => set({ ...leave, at: undefined })}>
                Show now
              </Button>
            }
          >
            {coming
              ? `${future} on ${exact(at)}, if nothing changes until then.`
              : `${past} on ${exact(at)}.`}{' '}
            Nothing can be changed here.
          </Note>
        </div>
      ),
  }
}
