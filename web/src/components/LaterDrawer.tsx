import type { ComponentProps } from 'react'
import type { Drawer as Whole } from './Drawer'
import { later } from './later'

/** Drawer, fetched when it is first opened. */
export const Drawer = later<ComponentProps<typeof Whole>>(
  () => import('./Drawer').then((m) => m.Drawer),
  (p) => p.open,
)
