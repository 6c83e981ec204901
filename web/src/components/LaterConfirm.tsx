import type { ComponentProps } from 'react'
import type { Confirm as Whole } from './Confirm'
import { later } from './later'

/** Confirm, fetched when it is first opened. */
export const Confirm = later<ComponentProps<typeof Whole>>(
  () => import('./Confirm').then((m) => m.Confirm),
  (p) => p.open,
)
