import { later } from '../../components/later'
import { Skeleton } from '../../components/Skeleton'
import type { PickersProps } from './Pickers'

/** laterPickers makes so many pickers that are fetched when they are first shown; their places are held. */
export const laterPickers = (count: number) =>
  later<PickersProps>(
    () => import('./Pickers').then((m) => m.Pickers),
    undefined,
    Array.from({ length: count }, (_, i) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
      <Skeleton key={i} className="h-15" />
    )),
  )
