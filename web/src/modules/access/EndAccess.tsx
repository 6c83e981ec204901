import type { ComponentProps } from 'react'
import { later } from '../../components/later'
import type { EndDialog } from './EndDialog'

export type { Ending } from './EndDialog'

/** EndAccess asks once more before access is ended; it is fetched when it is first opened. */
export const EndAccess = later<ComponentProps<typeof EndDialog>>(
  () => import('./EndDialog').then((m) => m.EndDialog),
  (p) => p.ending !== null,
)
