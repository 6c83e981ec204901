// The places of the page. A new one is a line here, a line in router.tsx, and a page.
import {
  Boxes,
  ClipboardList,
  House,
  Inbox,
  KeyRound,
  type LucideIcon,
  ShieldCheck,
  Users,
} from 'lucide-react'
import type { Me } from '../../api/types'

export interface Place {
  to: string
  label: string
  icon: LucideIcon
  /** The key after "g". */
  key: string
  /** How many things wait there. */
  count?: (me: Me) => number | undefined
  /** Without it everybody sees the place. */
  show?: (me: Me) => boolean
  /** On a phone it is in the bar; the others are under More. */
  bar?: boolean
}

export const places: readonly Place[] = [
  { to: '/', label: 'Home', icon: House, key: 'h', bar: true },
  {
    to: '/approvals',
    label: 'Approvals',
    icon: Inbox,
    key: 'a',
    count: (me) => me.counts.approvals,
    bar: true,
  },
  { to: '/catalogue', label: 'Catalogue', icon: Boxes, key: 'c', bar: true },
  { to: '/access', label: 'Access', icon: KeyRound, key: 'm', bar: true },
  {
    to: '/tasks',
    label: 'Tasks',
    icon: ClipboardList,
    key: 't',
    count: (me) => me.counts.tasks,
    show: (me) => me.counts.tasks > 0,
  },
  { to: '/people', label: 'People', icon: Users, key: 'p' },
  {
    to: '/admin',
    label: 'Admin',
    icon: ShieldCheck,
    key: 'r',
    show: (me) => me.permissions.admin || me.permissions.auditor || me.permissions.catalogue_manager,
  },
]

/** shownPlaces are those the person may use; while it is not known who it is, those that everybody sees. */
export function shownPlaces(me: Me | undefined): readonly Place[] {
  return places.filter((p) => !p.show || (me && p.show(me)))
}

/** isAt says whether an address is inside a place. */
export function isAt(place: Place, path: string): boolean {
  return place.to === '/' ? path === '/' : path === place.to || path.startsWith(`${place.to}/`)
}

/** isAdministration says whether an address is a page of the administration, wherever it lies. */
export const isAdministration = (path: string): boolean => /^\/(admin|history|evidence)(\/|$)/.test(path)
