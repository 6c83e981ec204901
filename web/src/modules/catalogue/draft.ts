// A resource while it is made or changed. Only what differs is sent.
import type { NewResource, ResourcePatch } from '../../api/catalogue'
import type { Durations, Flow, Form, Fulfilment, Kind, Resource } from '../../api/types'
import type { ComboboxItem } from '../../components/Combobox'
import { seconds } from '../../components/time'
import { cleanFlow, flowFaults } from '../flow/flow'
import { cleanForm, formFaults } from '../form/builder'
import { latin } from '../latin'

export interface Draft {
  kind: Kind
  app: ComboboxItem | null
  name: string
  slug: string
  description: string
  physical: boolean
  owners: ComboboxItem[]
  /** Why they own it, or why the owners change. */
  reason: string
  audience: ComboboxItem | null
  form: Form
  flow: Flow | undefined
  fulfilment: Fulfilment
  revocation: Fulfilment | undefined
  durations: Durations
}

export const emptyDraft = (kind: Kind = 'app'): Draft => ({
  kind,
  app: null,
  name: '',
  slug: '',
  description: '',
  physical: false,
  owners: [],
  reason: '',
  audience: null,
  form: {},
  flow: undefined,
  fulfilment: { kind: kind === 'work_order' ? 'manual' : 'none' },
  revocation: undefined,
  durations: {},
})

export function draftOf(r: Resource): Draft {
  return {
    kind: r.kind,
    app: r.app ? { value: r.app.slug, label: r.app.name } : null,
    name: r.name,
    slug: r.slug,
    description: r.description ?? '',
    physical: !!r.physical,
    owners: (r.owners ?? []).map((o) => ({ value: o.login, label: o.name })),
    reason: '',
    audience: r.audience ? { value: r.audience.slug, label: r.audience.name } : null,
    form: r.form ?? {},
    flow: r.flow ?? undefined,
    fulfilment: r.fulfilment ?? { kind: 'none' },
    revocation: r.revocation ?? undefined,
    durations: r.durations ?? {},
  }
}

/** slugOf makes a slug from a name, as the server would; an entitlement's begins with its app's. */
export function slugOf(name: string, app?: string): string {
  const base = latin(name)
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  return app && base ? `${app}.${base}` : base
}

function cleanFulfilment(f: Fulfilment): Fulfilment {
  const out: Fulfilment = { kind: f.kind }
  if (f.kind === 'manual') {
    if (f.assignee) out.assignee = f.assignee
    if (f.due) out.due = f.due
    if (f.instructions?.trim()) out.instructions = f.instructions.trim()
  }
  if (f.kind === 'connector') {
    if (f.connection) out.connection = f.connection
    if (f.target?.trim()) out.target = f.target.trim()
  }
  return out
}
function cleanDurations(d: Durations): Durations {
  const out: Durations = {}
  if (d.presets?.length) out.presets = [...d.presets].sort((a, b) => (seconds(a) ?? 0) - (seconds(b) ?? 0))
  if (d.default) out.default = d.default
  if (d.max) out.max = d.max
  if (d.forbid_no_end) out.forbid_no_end = true
  return out
}

/** toNew is what is sent to make the resource. */
export function toNew(d: Draft): NewResource {
  const out: NewResource = { kind: d.kind, name: d.name.trim(), fulfilment: cleanFulfilment(d.fulfilment) }
  if (d.kind === 'entitlement' && d.app) out.app = d.app.value
  if (d.slug.trim()) out.slug = d.slug.trim()
  if (d.description.trim()) out.description = d.description.trim()
  if (d.physical) out.physical = true
  if (d.owners.length) out.owners = d.owners.map((o) => o.value)
  if (d.owners.length && d.reason.trim()) out.reason = d.reason.trim()
  if (d.audience) out.audience = d.audience.value
  const form = cleanForm(d.form)
  if (form.fields?.length) out.form = form
  const flow = cleanFlow(d.flow)
  if (flow) out.flow = flow
  if (d.revocation) out.revocation = cleanFulfilment(d.revocation)
  const durations = cleanDurations(d.durations)
  if (Object.keys(durations).length && d.kind !== 'work_order') out.durations = durations
  return out
}

/** toPatch is what is sent to change it: the fields that differ, and nothing else. */
export function toPatch(before: Resource, d: Draft): ResourcePatch {
  const old = toNew(draftOf(before))
  const now = toNew(d)
  const patch: ResourcePatch = {}
  const differs = (key: keyof NewResource) => canonical(old[key]) !== canonical(now[key])
  if (differs('name')) patch.name = now.name
  if (differs('slug') && now.slug) patch.slug = now.slug
  if (differs('description')) patch.description = now.description ?? ''
  if (differs('physical')) patch.physical = !!now.physical
  if (canonical([...(old.owners ?? [])].sort()) !== canonical([...(now.owners ?? [])].sort()))
    patch.owners = now.owners ?? []
  if (patch.owners && d.reason.trim()) patch.reason = d.reason.trim()
  if (differs('audience')) patch.audience = now.audience ?? ''
  if (differs('form')) patch.form = now.form ?? {}
  if (differs('flow')) patch.flow = now.flow ?? {}
  if (differs('fulfilment')) patch.fulfilment = now.fulfilment
  if (differs('revocation')) patch.revocation = now.revocation ?? {}
  if (differs('durations')) patch.durations = now.durations ?? {}
  return patch
}

/** canonical is JSON with its keys in order, for comparing. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, v) =>
      v && typeof v === 'object' && !Array.isArray(v)
        ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => a.localeCompare(b)))
        : v,
    ) ?? ''
  )
}

/** draftFaults finds what would be refused, by the server's paths. */
export function draftFaults(d: Draft): Record<string, string> {
  const found: Record<string, string> = { ...formFaults(d.form), ...flowFaults(d.flow) }
  if (!d.name.trim()) found.name = 'Give it a name.'
  if (d.kind === 'entitlement' && !d.app) found.app = 'Choose the app it belongs to.'
  for (const [key, f] of [
    ['fulfilment', d.fulfilment],
    ['revocation', d.revocation],
  ] as const) {
    if (f?.kind === 'manual' && !f.assignee) found[`${key}.assignee`] = 'Say who gets the task.'
    if (f?.kind === 'connector' && !f.connection) found[`${key}.connection`] = 'Choose the connection.'
  }
  const max = seconds(d.durations.max)
  if (max && (d.durations.presets ?? []).some((p) => (seconds(p) ?? 0) > max))
    found['durations.presets'] = 'One of the offered lengths is longer than the longest allowed.'
  if (max && (seconds(d.durations.default) ?? 0) > max)
    found['durations.default'] = 'Longer than the longest allowed.'
  return found
}
