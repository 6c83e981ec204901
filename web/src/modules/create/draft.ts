// What is being filled in about something new, and the form as the server takes it.
import type { Kind, NewThing, Relation, Thing } from '../../api/types'
import type { ComboboxItem } from '../../components/Combobox'

export interface Draft {
  kind: NewThing['kind']
  app: ComboboxItem | null
  name: string
  slug: string
  description: string
  /** The group that alone may find it; null is everyone. It is sent only when it was chosen here: what was not said stays. */
  audience: ComboboxItem | null
  audienceChosen?: boolean
  owners: ComboboxItem[]
  members: ComboboxItem[]
  membersFor?: string
  tags: string[]
  parts: { name: string; slug?: string; description?: string }[]
  gives: (ComboboxItem & { relation?: Relation; duration?: string })[]
}

export const emptyDraft = (kind: NewThing['kind']): Draft => ({
  kind,
  app: null,
  name: '',
  slug: '',
  description: '',
  audience: null,
  owners: [],
  members: [],
  tags: [],
  parts: [],
  gives: [],
})

/** fromThing makes a draft of a form that was asked, to edit it. Things are named by id: not all of them may be found. */
export function fromThing(t: Thing): Draft {
  const person = (u: { login: string; name: string }) => ({ value: u.login, label: u.name })
  return {
    kind: t.kind,
    app: t.app ? { value: t.app.id, label: t.app.name } : null,
    name: t.name,
    slug: t.slug,
    description: t.description ?? '',
    audience: t.audience ? { value: t.audience.id, label: t.audience.name } : null,
    owners: (t.owners ?? []).map(person),
    members: (t.members ?? []).map(person),
    membersFor: t.members_for,
    tags: t.tags ?? [],
    parts: (t.entitlements ?? []).map((p) => ({ ...p })),
    gives: (t.gives ?? []).map((g) => ({
      value: g.resource.id,
      label: g.resource.name,
      relation: g.relation,
      duration: g.duration,
    })),
  }
}

const some = <T>(list: readonly T[]): T[] | undefined => (list.length ? [...list] : undefined)

/** toThing is the form as the server takes it; what does not fit the kind is left out. */
export function toThing(d: Draft): NewThing {
  const is = (...kinds: Kind[]) => kinds.includes(d.kind)
  return {
    kind: d.kind,
    app: is('entitlement') ? d.app?.value : undefined,
    name: d.name.trim(),
    slug: d.slug.trim() || undefined,
    description: d.description.trim() || undefined,
    audience: d.audienceChosen ? (d.audience?.value ?? '') : undefined,
    owners: some(d.owners.map((o) => o.value)),
    members: some(d.members.map((m) => m.value)),
    members_for: d.members.length ? d.membersFor : undefined,
    tags: some(d.tags),
    entitlements: is('app') ? some(d.parts.filter((p) => p.name.trim())) : undefined,
    gives: is('role')
      ? some(d.gives.map((g) => ({ resource: g.value, relation: g.relation, duration: g.duration })))
      : undefined,
  }
}

/** missing is what can be said before the server is asked. */
export function missing(d: Draft, reason?: string): Record<string, string> {
  const out: Record<string, string> = {}
  if (d.kind === 'entitlement' && !d.app) out.app = 'Choose the app that it is in.'
  if (!d.name.trim()) out.name = 'Give it a name.'
  if (reason !== undefined && !reason.trim()) out.reason = 'Say what it is for.'
  return out
}
