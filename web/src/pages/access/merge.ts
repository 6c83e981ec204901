// What one has (effective access) together with what is on its way in or out (grants that are not yet, or no more, real).
import type { Access, Grant, Path } from '../../api/types'

export interface Held {
  access: Access
  /** The grant whose state must be told: granting, failing, revoking or scheduled. */
  grant?: Grant
}

const key = (resource: string, relation: string) => `${resource} ${relation}`

export function merge(access: readonly Access[], grants: readonly Grant[]): Held[] {
  const out = new Map<string, Held>()
  for (const a of access) out.set(key(a.resource.id, a.relation), { access: a })
  for (const g of grants) {
    if (g.state === 'active' || g.state === 'ended') continue
    const k = key(g.resource.id, g.relation)
    const there = out.get(k)
    if (there) {
      // What is active stays active; the other reason joins its paths.
      if (!there.access.paths?.some((p) => p.grant_id === g.id))
        out.set(k, { ...there, grant: there.grant ?? g })
      else out.set(k, { ...there, grant: g })
      continue
    }
    out.set(k, {
      grant: g,
      access: {
        resource: g.resource,
        relation: g.relation,
        state: g.state,
        starts_at: g.starts_at,
        ends_at: g.ends_at,
        paths: [pathOf(g)],
      },
    })
  }
  return [...out.values()]
}

const pathOf = (g: Grant): Path => ({
  via: 'direct',
  grant_id: g.id,
  starts_at: g.starts_at,
  ends_at: g.ends_at,
  origin: g.origin,
  reason: g.reason,
  request_id: g.request_id,
  state: g.state,
})
