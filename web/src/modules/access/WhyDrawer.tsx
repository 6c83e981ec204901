import type { ComponentProps } from 'react'
import { later } from '../../components/later'
import type { WhyPanel } from './WhyPanel'

/** WhyDrawer answers "why do I have this"; it is fetched when it is first opened. */
export const WhyDrawer = later<ComponentProps<typeof WhyPanel>>(
  () => import('./WhyPanel').then((m) => m.WhyPanel),
  (p) => p.access !== null,
)
