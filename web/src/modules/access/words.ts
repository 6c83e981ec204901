// How access and its states are said.

import type { Access, Grant, Path, Provisioning } from '../../api/types'
import { byName as inOrder } from '../../components/order'
import { date, relative } from '../../components/time'

/** givenBy says in a few words why somebody has something: "Direct", "Role Data Science", "Direct and 1 role". */
export function givenBy(paths: readonly Path[] | null | undefined): string {
  const list = paths ?? []
  const roles = [...new Set(list.flatMap((p) => (p.via === 'role' && p.role ? [p.role.name] : [])))]
  const direct = list.some((p) => p.via === 'direct')
  const first = list.find((p) => p.via === 'direct')
  const how = first ? originWords(first.origin) : ''
  if (roles.length === 0) return direct ? how : '–'
  const byRole = roles.length === 1 ? `Role ${roles[0]}` : `${roles.length} roles`
  return direct ? `${how} and ${byRole.charAt(0).toLowerCase()}${byRole.slice(1)}` : byRole
}

export function originWords(origin: string): string {
  switch (origin) {
    case 'import':
      return 'Found in the target'
    case 'policy':
      return 'Policy'
    case 'break_glass':
      return 'Break-glass'
    default:
      return 'Direct'
  }
}

const reasonKinds: Record<string, string> = {
  request: 'By request',
  direct: 'Added directly',
  import: 'Found in the target',
  policy: 'By policy',
  break_glass: 'Break-glass',
  bootstrap: 'First admin',
}
export const reasonKindWords = (kind: string) => reasonKinds[kind] ?? kind

/** endsSoon is true in the last fourteen days. */
export function endsSoon(endsAt: string | undefined, now = Date.now()): boolean {
  if (!endsAt) return false
  const left = new Date(endsAt).getTime() - now
  return left > 0 && left < 14 * 86_400_000
}

/** since says how long a state that should pass has lasted, and what is wrong. Nothing for the usual states. */
export function since(state: string, p: Provisioning | undefined): string | undefined {
  if (state === 'granting') return p ? `since ${relative(p.since)}` : 'Waits until it is real in the target'
  if (state === 'revoking') {
    const from = p ? `Being removed since ${relative(p.since)}` : 'Being removed'
    return p?.attempts ? `${from}, tried ${p.attempts === 1 ? 'once' : `${p.attempts} times`}` : from
  }
  if (state === 'failing') {
    const from = p?.failing_since ? `Failing since ${relative(p.failing_since)}` : 'Failing'
    return p?.error ? `${from}: ${p.error}` : from
  }
  return undefined
}

/** lengthOfHold says what a grant covers: "until 3 Dec 2026", "no end". */
export function until(g: Pick<Grant, 'no_end' | 'ends_at' | 'ended_at'>): string {
  if (g.ended_at) return `ended ${date(g.ended_at)}`
  if (g.no_end) return 'no end'
  return g.ends_at ? `until ${date(g.ends_at)}` : 'counts from when it is granted'
}

export interface Group<T> {
  key: string
  name: string
  slug?: string
  items: T[]
}
/** byApp groups access by its app; what is held by itself (apps, groups, roles) stands together at the end. */
export function byApp(items: readonly Access[]): Group<Access>[] {
  const groups = new Map<string, Group<Access>>()
  const alone: Record<string, string> = { app: 'Apps and things', role: 'Roles', group: 'Groups' }
  for (const a of items) {
    const inside = a.app ?? (a.resource.kind === 'app' && hasInside(items, a) ? a.resource : undefined)
    const key = inside ? inside.id : a.resource.kind
    const group = groups.get(key) ?? {
      key,
      name: inside ? inside.name : (alone[a.resource.kind] ?? 'Other'),
      slug: inside?.slug,
      items: [],
    }
    group.items.push(a)
    groups.set(key, group)
  }
  for (const g of groups.values())
    g.items.sort((a, b) => inOrder(a.resource.name, b.resource.name) || a.relation.localeCompare(b.relation))
  return [...groups.values()].sort((a, b) => Number(!a.slug) - Number(!b.slug) || inOrder(a.name, b.name))
}
const hasInside = (items: readonly Access[], app: Access) => items.some((i) => i.app?.id === app.resource.id)
