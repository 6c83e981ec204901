// An event in one sentence. Verbs that are not known here are still readable.
import type { AuditEvent, ObjectRef } from '../../api/types'

const phrases: Record<string, string> = {
  'request.created': 'asked',
  'request.approved': 'approved the request',
  'request.denied': 'denied the request',
  'request.cancelled': 'cancelled the request',
  'request.expired': 'let the request expire',
  'request.superseded': 'replaced the request',
  'request.failed': 'the request failed',
  'request.voted': 'voted',
  'vote.cast': 'voted',
  'stage.opened': 'opened a stage',
  'stage.escalated': 'escalated a stage',
  'stage.reminded': 'reminded the approvers',
  'grant.created': 'gave access',
  'grant.activated': 'access became real',
  'grant.extended': 'extended access',
  'grant.ended': 'ended access',
  'grant.removed': 'access is gone from the target',
  'task.opened': 'opened a task',
  'task.claimed': 'took the task',
  'task.unclaimed': 'gave the task back',
  'task.completed': 'completed the task',
  'task.rejected': 'rejected the task',
  'task.cancelled': 'cancelled the task',
  'resource.created': 'created it',
  'resource.changed': 'changed it',
  'resource.deleted': 'removed it',
  'user.created': 'added the person',
  'user.changed': 'changed the person',
  'user.left': 'left',
  'user.returned': 'came back',
  'user.erased': 'erased the personal data',
  'session.signed_in': 'signed in',
  'session.signed_out': 'signed out',
  'session.revoked': 'ended a session',
  'token.created': 'made a token',
  'token.revoked': 'revoked a token',
  'connection.created': 'created the connection',
  'connection.changed': 'changed the connection',
  'connection.deleted': 'removed the connection',
  'connection.checked': 'checked the connection',
  'sync.applied': 'applied a sync',
  'sync.refused': 'held a sync back',
  'delegation.created': 'named a stand-in',
  'delegation.ended': 'ended a stand-in',
}

/** phrase is the middle of the sentence: "approved the request". */
export function phrase(verb: string): string {
  const known = phrases[verb]
  if (known) return known
  const [noun = '', past = ''] = verb.split('.', 2)
  return past ? `${past.replaceAll('_', ' ')} ${noun.replaceAll('_', ' ')}` : noun.replaceAll('_', ' ')
}

/** group is the first half of a verb: what kind of thing it happened to. */
export const noun = (verb: string) => verb.split('.', 1)[0] ?? verb

export type Tone = 'good' | 'bad' | 'warn' | 'neutral' | 'info'
export function tone(verb: string): Tone {
  if (/\.(approved|activated|completed|returned|applied)$/.test(verb)) return 'good'
  if (/\.(denied|failed|rejected|failing|refused|alarmed|gap)$/.test(verb)) return 'bad'
  if (/\.(ended|removed|left|expired|revoked|deleted|cancelled|erased)$/.test(verb)) return 'warn'
  if (/\.(created|opened|extended|signed_in)$/.test(verb)) return 'info'
  return 'neutral'
}

/** address is where a thing named in an event can be looked at, if it has a page. */
export function address(ref: ObjectRef): string | undefined {
  const id = encodeURIComponent(ref.slug || ref.id)
  switch (ref.kind) {
    case 'user':
      return `/people/${id}`
    case 'resource':
      return `/catalogue/${id}`
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

/** refName is how a thing is called: its name, else its kind and the end of its id. */
export const refName = (ref: ObjectRef) => ref.name || `${ref.kind} ${ref.id.slice(-6)}`

/** about lists what an event names besides its actor, without repeating. */
export function about(event: AuditEvent): ObjectRef[] {
  const seen = new Set<string>([event.actor?.id ?? ''])
  const out: ObjectRef[] = []
  for (const ref of [event.object, ...(event.refs ?? [])]) {
    if (seen.has(ref.id) || !['user', 'resource', 'request', 'task', 'connection'].includes(ref.kind))
      continue
    seen.add(ref.id)
    out.push(ref)
  }
  return out
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
