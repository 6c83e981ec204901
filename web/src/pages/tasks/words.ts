import type { Task } from '../../api/types'
import type { Title } from '../../modules/titles'

/** taskTitle says what is to be done: "Give VPN to Ada", "Remove VPN from Ada". */
export function taskTitle(t: Task, title: Title): string {
  const { name } = t.beneficiary
  const what = title(t.resource)
  switch (t.kind) {
    case 'remove':
      return `Remove ${what} from ${name}`
    case 'follow_up':
      return `Follow up on ${what} for ${name}`
    default:
      return t.resource.kind === 'work_order' ? `${what} for ${name}` : `Give ${what} to ${name}`
  }
}

export const isOpen = (t: Task) => t.state === 'open' || t.state === 'claimed'
export const overdue = (t: Task, now = Date.now()) => isOpen(t) && new Date(t.due_at).getTime() < now

export function assigneeWords(t: Task): string {
  const a = t.assignee
  if (a.kind === 'owners') return `the owners of ${t.resource.name}`
  if (a.kind === 'admins') return 'the admins'
  return a.kind === 'group' ? `group ${a.name ?? a.slug ?? ''}` : (a.name ?? '')
}

/** order puts what is late first, then what is due next. */
export const byDue = (a: Task, b: Task) =>
  Number(isOpen(b)) - Number(isOpen(a)) ||
  (isOpen(a) ? a.due_at.localeCompare(b.due_at) : (b.closed_at ?? '').localeCompare(a.closed_at ?? ''))
