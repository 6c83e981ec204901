// An event in one sentence. Verbs that are not known here are still readable.
import type { AuditEvent, ObjectRef } from '../../api/types'

// {} is what it happened to; without it the sentence does not name the object.
const phrases: Record<string, string> = {
  'request.created': 'sent {}',
  'request.approved': 'approved {}',
  'request.denied': 'denied {}',
  'request.cancelled': 'cancelled {}',
  'request.expired': 'closed {}: nobody decided in time',
  'request.superseded': 'replaced {} by a newer one',
  'request.failed': 'closed {} as failed',
  'request.fulfilled': 'finished {}',
  'request.edited': 'edited what {} asks for',
  'request.made': 'made what {} asked for',
  'creation_rule.changed': 'changed who decides about new things',
  'request.refused': 'was refused',
  'request.reminded': 'reminded the approvers of {}',
  'stage.approvers_replaced': 'replaced the approvers of {}',
  'stage.approvers_added': 'added approvers to {}',
  'stage.escalated': 'let others decide too on {}',
  'stage.reminded': 'reminded the approvers of {}',
  'stage.timed_out': 'closed a stage of {}: time ran out',
  'grant.created': 'gave access',
  'grant.activated': 'made access real',
  'grant.extended': 'extended access',
  'grant.replaced': 'replaced access',
  'grant.ended': 'ended access',
  'grant.removed': 'found access gone from the target',
  'grant.cut': 'cut access to a limit',
  'grant.noticed': 'told that access ends soon',
  'user.noticed': 'told what ends soon',
  'grant.reviewed': 'marked as not to be renewed',
  'grant.unreviewed': 'took the mark “not to be renewed” away',
  'batch.created': 'began an operation on many grants',
  'batch.finished': 'an operation on many grants is done',
  'holidays.changed': 'changed the holidays',
  'provision.failing': 'could not reach the target',
  'provision.late': 'raised an alarm: a removal is late',
  'provision.drifted': 'found the target different from what ought to be',
  'task.opened': 'opened {}',
  'task.claimed': 'took {}',
  'task.unclaimed': 'gave {} back',
  'task.completed': 'completed {}',
  'task.rejected': 'rejected {}',
  'task.cancelled': 'cancelled {}',
  'task.reassigned': 'gave {} to others',
  'task.reminded': 'reminded of {}',
  'resource.created': 'added {} to the catalogue',
  'resource.changed': 'changed {}',
  'resource.deleted': 'removed {} from the catalogue',
  'user.created': 'added {}',
  'user.updated': 'changed the record of {}',
  'user.changed': 'changed the record of {}',
  'user.left': 'recorded that {} left',
  'user.suspended': 'recorded that {} is suspended',
  'user.returned': 'recorded that {} came back',
  'user.erased': 'erased the personal data of {}',
  'user.accountable_changed': 'changed who answers for {}',
  'session.signed_in': 'signed in',
  'session.signed_out': 'signed out',
  'session.revoked': 'ended a session',
  'token.created': 'made a token',
  'token.revoked': 'revoked a token',
  'connection.created': 'added the connection {}',
  'connection.changed': 'changed the connection {}',
  'connection.deleted': 'removed the connection {}',
  'import.started': 'began an import',
  'import.applied': 'finished an import',
  'import.failed': 'stopped an import half-way',
  'request.imported': 'brought {} from elsewhere',
  'user.imported': 'found {} in what was imported',
  'sync.applied': 'applied a sync',
  'sync.refused': 'held a sync back',
  'catalogue.applied': 'applied catalogue files',
  'delegation.created': 'named a stand-in',
  'delegation.ended': 'ended a stand-in',
  'tag.created': 'added a tag',
  'tag.changed': 'changed a tag',
  'tag.deleted': 'removed a tag',
  'tag.attached': 'put a tag on',
  'tag.detached': 'took a tag off',
  'tenant.created': 'set up Sallyport',
}

/** sentence is what somebody did, with {} where the object stands. */
export function sentence(event: Pick<AuditEvent, 'verb' | 'body'>): string {
  const { verb, body } = event
  if (verb === 'vote.cast') return body?.vote === 'deny' ? 'voted to deny {}' : 'voted to approve {}'
  if (verb === 'stage.started') {
    const name = typeof body?.stage === 'string' ? body.stage : ''
    return name ? `asked the approvers of the stage ${name} of {}` : 'asked the approvers of {}'
  }
  if (typeof body?.source_table === 'string') {
    return verb === 'grant.ended'
      ? 'brought the end of access from elsewhere'
      : 'brought access from elsewhere'
  }
  const known = phrases[verb]
  if (known) return known
  const [noun = '', past = ''] = verb.split('.', 2)
  return past ? `${past.replaceAll('_', ' ')} ${noun.replaceAll('_', ' ')}` : noun.replaceAll('_', ' ')
}

export type Tone = 'good' | 'bad' | 'warn' | 'neutral' | 'info'
export function tone(event: Pick<AuditEvent, 'verb' | 'body'>): Tone {
  const { verb, body } = event
  if (verb === 'vote.cast') return body?.vote === 'deny' ? 'bad' : 'good'
  if (/\.(approved|activated|completed|fulfilled|returned|applied)$/.test(verb)) return 'good'
  if (/\.(denied|failed|rejected|failing|refused|late|gap)$/.test(verb)) return 'bad'
  if (/\.(ended|removed|left|expired|revoked|deleted|cancelled|erased|cut|suspended)$/.test(verb))
    return 'warn'
  if (/\.(created|opened|extended|started)$/.test(verb)) return 'info'
  return 'neutral'
}

/** said is what somebody wrote about an event: why, with what comment or evidence. */
export const said = ({ values }: Pick<AuditEvent, 'values'>): string =>
  values?.reason || values?.comment || values?.evidence || values?.cause || ''

const resources = ['resource', 'app', 'entitlement', 'group', 'role', 'work_order']
export const isResource = (ref: Pick<ObjectRef, 'kind'>) => resources.includes(ref.kind)

/** address is where a thing named in an event can be looked at, if it has a page. */
export function address(ref: ObjectRef): string | undefined {
  const id = encodeURIComponent(ref.slug || ref.id)
  if (isResource(ref)) return `/catalogue/${id}`
  switch (ref.kind) {
    case 'user':
      return `/people/${id}`
    case 'request':
      return `/requests/${encodeURIComponent(ref.id)}`
    case 'task':
      return `/tasks/${encodeURIComponent(ref.id)}`
    case 'connection':
      return `/admin/connections/${encodeURIComponent(ref.id)}`
    default:
      return undefined
  }
}

/** refName is how a thing is called: its name, else what it is. */
export const refName = (ref: ObjectRef) => ref.name || `the ${ref.kind.replaceAll('_', ' ')}`

/** about lists whom and what else an event concerns: people and resources, not its actor, nor what is said already. */
export function about(event: AuditEvent, without: readonly string[] = []): ObjectRef[] {
  const said = sentence(event).includes('{}')
  const seen = new Set<string>([event.actor?.id ?? '', ...without])
  if (said) seen.add(event.object.id)
  const out: ObjectRef[] = []
  for (const ref of [event.object, ...(event.refs ?? [])]) {
    if (seen.has(ref.id) || !(ref.kind === 'user' || ref.kind === 'connection' || isResource(ref))) continue
    seen.add(ref.id)
    out.push(ref)
  }
  // What it is about, before whom.
  return out.sort((a, b) => Number(a.kind === 'user') - Number(b.kind === 'user'))
}

/** details are the plain values of an event's body and values, for people. */
export function details(event: AuditEvent): [string, string][] {
  const out: [string, string][] = []
  for (const [key, value] of Object.entries({ ...(event.body ?? {}), ...(event.values ?? {}) })) {
    if (value === null || value === undefined || value === '') continue
    out.push([key.replaceAll('_', ' '), typeof value === 'object' ? JSON.stringify(value) : String(value)])
  }
  return out
}
