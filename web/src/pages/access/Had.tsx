import type { User } from '../../api/types'
import { later } from '../../components/later'
import { Segments } from '../../components/Segments'
import { SkeletonRows } from '../../components/Skeleton'
import type { HoldingsProps } from '../../modules/access/Holdings'
import { useFilters } from '../../modules/filters'

const holding = <SkeletonRows rows={8} label="Loading" />
const Lost = later<{ user: User; mine: boolean; bare: boolean }>(
  () => import('../../modules/access/Lost').then((m) => m.Lost),
  undefined,
  holding,
)
const Past = later<object>(() => import('./Lists').then((m) => m.Past), undefined, holding)
const Holdings = later<HoldingsProps>(
  () => import('../../modules/access/Holdings').then((m) => m.Holdings),
  undefined,
  holding,
)

const shows = [
  { value: 'lost', label: 'What I lost' },
  { value: 'ended', label: 'Everything that ended' },
  { value: 'day', label: 'On a day' },
] as const

/** Had is what I had: what I lost, when and why; every grant that ended; and all of it as of a day. */
export function Had({ user }: { user: User }) {
  const [filters, set] = useFilters()
  // What older addresses say: a day alone, and the two places that were here before.
  const usual = filters.at ? 'day' : filters.view === 'history' ? 'ended' : 'lost'
  const show = shows.find((s) => s.value === filters.show)?.value ?? usual
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <Segments
        label="What of the past"
        className="w-fit max-sm:w-full"
        value={show}
        onChange={(next) =>
          set({
            view: 'had',
            show: next === 'lost' ? undefined : next,
            at: undefined,
            q: undefined,
            sort: undefined,
            relation: undefined,
          })
        }
        choices={shows}
      />
      {show === 'lost' && <Lost user={user} mine bare />}
      {show === 'ended' && <Past />}
      {show === 'day' && <Holdings user={user} mine day />}
    </div>
  )
}
