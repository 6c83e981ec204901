// Searching the catalogue in the browser, at each key.

import type { SharedItem } from '../../api/roles'
import type { Access, AccessRequest, Kind, Resource } from '../../api/types'
import { byName as inOrder } from '../../components/order'
import { iso, roughly } from '../../components/time'

export interface Have {
  state: string
  ends?: string
  noEnd?: boolean
}
export interface Standing {
  /** By resource id: what one holds as a member. */
  have: ReadonlyMap<string, Have>
  /** By resource id: the request that waits. */
  waiting: ReadonlyMap<string, AccessRequest>
}

export function standing(access: readonly Access[], pending: readonly AccessRequest[]): Standing {
  const have = new Map<string, Have>()
  for (const a of access)
    if (a.relation === 'member')
      have.set(a.resource.id, { state: a.state, ends: a.ends_at, noEnd: !a.ends_at })
  const waiting = new Map(
    pending.filter((r) => r.relation === 'member' && r.kind !== 'create').map((r) => [r.resource.id, r]),
  )
  return { have, waiting }
}

const fold = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

export interface Indexed {
  resource: Resource
  name: string
  all: string
}
/** fullName is what it is sorted by: an entitlement stands with its app. */
export const fullName = (r: Resource): string =>
  r.app && !r.name.toLowerCase().startsWith(r.app.name.toLowerCase()) ? `${r.app.name} · ${r.name}` : r.name

/** index prepares the catalogue once, so that a key costs nothing but comparisons. */
export const index = (items: readonly Resource[]): Indexed[] =>
  items.map((resource) => ({
    resource,
    name: fold(fullName(resource)),
    all: fold(
      [
        resource.name,
        resource.slug,
        resource.app?.name,
        resource.description,
        ...(resource.owners ?? []).map((o) => o.name),
        ...(resource.tags ?? []),
      ]
        .filter(Boolean)
        .join(' '),
    ),
  }))

export interface CatalogueFilter {
  q?: string
  kind?: string
  app?: string
  show?: string
}

/** find filters and ranks: every word must occur; names that begin with the words come first. */
export function find(list: readonly Indexed[], filter: CatalogueFilter, stand: Standing): Resource[] {
  const words = fold(filter.q ?? '')
    .split(/\s+/)
    .filter(Boolean)
  const hits = list.filter(({ resource, all }) => {
    if (filter.kind && resource.kind !== filter.kind) return false
    if (filter.app && resource.app?.slug !== filter.app && resource.slug !== filter.app) return false
    const has = stand.have.has(resource.id)
    if (filter.show === 'have' && !has) return false
    if (filter.show === 'ask' && (has || !resource.managed)) return false
    if (filter.show === 'waiting' && !stand.waiting.has(resource.id)) return false
    return words.every((w) => all.includes(w))
  })
  const first = words[0]
  const rank = (i: Indexed) =>
    first === undefined
      ? 0
      : i.name.startsWith(words.join(' '))
        ? 0
        : i.name.split(/[\s.·-]+/).some((w) => w.startsWith(first))
          ? 1
          : i.name.includes(first)
            ? 2
            : 3
  return hits
    .map((i) => ({ i, r: rank(i) }))
    .sort((a, b) => a.r - b.r || inOrder(a.i.name, b.i.name))
    .map(({ i }) => i.resource)
}

/** typical is the median time from asking to the decision, by resource, of those that were decided lately. */
export function typical(requests: readonly AccessRequest[]): Map<string, string> {
  const times = new Map<string, number[]>()
  for (const r of requests) {
    if (!r.decided_at || r.kind === 'create') continue
    const ms = new Date(r.decided_at).getTime() - new Date(r.created_at).getTime()
    if (ms < 0) continue
    times.set(r.resource.id, [...(times.get(r.resource.id) ?? []), ms / 1000])
  }
  const out = new Map<string, string>()
  for (const [id, list] of times) {
    list.sort((a, b) => a - b)
    const median = list[Math.floor(list.length / 2)] ?? 0
    out.set(id, roughly(iso(Math.round(median))))
  }
  return out
}

export interface Suggestion {
  resource: { id: string; slug: string; name: string; kind: Kind }
  have: number
  of: number
}
/** recommend is what at least two of the team have and oneself has not, the most common first. */
export function recommend(team: readonly SharedItem[], of: number, stand: Standing, most = 4): Suggestion[] {
  return team
    .filter(
      (s) =>
        s.relation === 'member' &&
        s.count >= 2 &&
        !stand.have.has(s.resource.id) &&
        !stand.waiting.has(s.resource.id),
    )
    .map((s) => ({ resource: s.resource, have: s.count, of }))
    .sort((a, b) => b.have - a.have || inOrder(a.resource.name, b.resource.name))
    .slice(0, most)
}
