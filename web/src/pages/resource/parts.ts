import type { Grant, Page, Resource, ResourceRef } from '../../api/types'
import { byName } from '../../components/order'

/** Held is a grant in an app, or a part of it that nobody holds. */
export interface Held {
  resource: ResourceRef
  grant?: Grant
}

/**
 * held puts the parts that nobody holds among the grants, both by the name of the part. While there are more grants to be
 * read, only parts before the last that was read are known to be held by nobody. Within a page the holders of a part are by
 * name, so that rows keep their place when the next page comes.
 */
export function held(
  pages: readonly Page<Grant>[],
  parts: readonly Resource[],
  app: string,
  { more, at }: { more: boolean; at?: string },
): Held[] {
  const place = new Map(parts.map((p, i) => [p.id, i]))
  const taken = new Set(pages.flatMap((p) => p.items).map((g) => g.resource.id))
  const last = more ? pages.at(-1)?.items.at(-1)?.resource.name.toLowerCase() : undefined
  const free = (p: Resource) =>
    p.id !== app &&
    p.kind !== 'work_order' &&
    !taken.has(p.id) &&
    p.name.toLowerCase() !== last &&
    (!at || Date.parse(p.created_at) <= Date.parse(at))
  const out: Held[] = []
  let next = 0
  const until = (end: number) => {
    for (const p of parts.slice(next, end)) if (free(p)) out.push({ resource: p })
    next = Math.max(next, end)
  }
  for (const { items } of pages) {
    const first = new Map<string, number>()
    items.forEach((g, i) => void (first.has(g.resource.id) || first.set(g.resource.id, i)))
    const order = (g: Grant) => first.get(g.resource.id) ?? 0
    for (const grant of [...items].sort(
      (a, b) => order(a) - order(b) || byName(a.subject.name, b.subject.name),
    )) {
      until(place.get(grant.resource.id) ?? 0)
      out.push({ resource: grant.resource, grant })
    }
  }
  if (!more) until(parts.length)
  return out
}
