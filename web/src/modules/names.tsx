// How things are named, everywhere the same.
import { Link } from '@tanstack/react-router'
import type { AccessRequest, Kind, Relation, ResourceRef, Subject, UserRef } from '../api/types'
import { Avatar } from '../components/Avatar'
import { ResourceIcon } from '../components/ResourceIcon'
import { personPath, resourcePath } from './paths'
import { type Title, useTitle } from './titles'

export const kindWords: Record<Kind, string> = {
  app: 'App',
  entitlement: 'Access',
  group: 'Group',
  role: 'Role',
  work_order: 'Work order',
}
export const relationWords: Record<Relation, string> = { member: 'Member', owner: 'Owner' }

/** firstName is what people call somebody in a sentence. */
export const firstName = (name: string) => name.split(/\s+/)[0] ?? name

/** subjectRef writes a subject as the API takes it back. */
export const subjectRef = (s: Subject) => (s.kind === 'role' ? `role:${s.slug ?? s.id}` : (s.login ?? s.id))

/** forOther is true when somebody asks for another. */
export const forOther = (r: AccessRequest) =>
  !(r.beneficiary.kind === 'user' && r.beneficiary.id === r.requester.id)

/** subjectOf is what a request is about: a thing, or what is to be made, which has no page yet. */
export function subjectOf(r: AccessRequest): Omit<ResourceRef, 'id'> {
  const c = r.create
  if (!c || c.made) return r.resource
  const { kind, slug, name } = c.decided ?? c.asked
  return { kind, slug, name }
}

/** isNew says that what the request is about is still to be made. */
export const isNew = (r: AccessRequest): boolean => r.kind === 'create' && !r.create?.made

/** askVerb is the middle of the sentence "Ada asks for VPN". */
export function askVerb(r: AccessRequest): string {
  switch (r.kind) {
    case 'extend':
      return 'asks to renew'
    case 'work_order':
      return 'orders'
    case 'create':
      return `asks for the new ${kindWords[subjectOf(r).kind].toLowerCase()}`
    default:
      return r.relation === 'owner' ? 'asks to own' : 'asks for'
  }
}

/** askTitle is a request in one sentence of plain text. */
export function askTitle(r: AccessRequest, title: Title): string {
  return `${r.requester.name} ${askVerb(r)} ${title(subjectOf(r))}${forOther(r) ? ` for ${r.beneficiary.name}` : ''}`
}

// The padding makes a name in a list tall enough to press, and moves nothing.
const linkClass = 'rounded py-[3px] font-medium underline-offset-2 hover:underline'

export function PersonLink({ user }: { user: UserRef | Subject }) {
  return (
    <Link to={personPath(user)} className={linkClass}>
      {user.name}
    </Link>
  )
}

/** Person is a person in a list: initials, name, and a quiet second line. */
export function Person({ user, detail }: { user: UserRef; detail?: string }) {
  return (
    <span className="flex min-w-0 items-center gap-2.5">
      <Avatar name={user.name} />
      <span className="min-w-0">
        <span className="line-clamp-3 [overflow-wrap:anywhere]">
          <PersonLink user={user} />
        </span>
        {detail && <span className="block truncate text-[0.8125rem] text-muted">{detail}</span>}
      </span>
    </span>
  )
}

export function ResourceLink({ resource }: { resource: ResourceRef }) {
  const title = useTitle()
  return (
    <Link to={resourcePath(resource)} className={linkClass}>
      {title(resource)}
    </Link>
  )
}

/** SubjectLink is what a request is about; what is not there yet is no link. */
export function SubjectLink({ request }: { request: AccessRequest }) {
  const title = useTitle()
  return isNew(request) ? title(subjectOf(request)) : <ResourceLink resource={request.resource} />
}

/** ResourceLine is a resource in a list: its tile, name, and a quiet second line. */
export function ResourceLine({ resource, detail }: { resource: ResourceRef; detail?: string }) {
  return (
    <span className="flex min-w-0 items-center gap-3">
      <ResourceIcon kind={resource.kind} name={resource.name} slug={resource.slug} />
      <span className="min-w-0">
        <span className="line-clamp-3 [overflow-wrap:anywhere]">
          <ResourceLink resource={resource} />
        </span>
        <span className="block truncate text-[0.8125rem] text-muted">
          {detail ?? kindWords[resource.kind]}
        </span>
      </span>
    </span>
  )
}

/** Names joins names in a sentence: "you, Radia Perlman or 3 others". */
export function names(people: readonly UserRef[], me?: string, most = 4, joiner = 'or'): string {
  const list = [...people].sort((a, b) => Number(b.id === me) - Number(a.id === me))
  const words = list.slice(0, most).map((p) => (p.id === me ? 'you' : p.name))
  const more = list.length - most
  if (more > 0) words.push(more === 1 ? '1 other' : `${more} others`)
  if (words.length < 2) return words[0] ?? 'nobody'
  return `${words.slice(0, -1).join(', ')} ${joiner} ${words[words.length - 1]}`
}

/** ruleWords says how many of the people asked must agree. */
export function ruleWords(rule: string, need: number, of: number): string {
  if (rule === 'all') return of === 1 ? '' : `all ${of} of`
  if (need > 1) return `${need} of`
  return of > 1 ? 'any of' : ''
}
