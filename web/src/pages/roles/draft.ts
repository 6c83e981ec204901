import type { Reorganization } from '../../api/roles'
import type { ComboboxItem } from '../../components/Combobox'

export type Action = Reorganization['action']

/** Draft is the form of a reorganization. */
export interface Draft {
  action: Action
  role: ComboboxItem | null
  roles: ComboboxItem[]
  name: string
  description: string
  owners: ComboboxItem[]
  members: ComboboxItem[]
  resources: ComboboxItem[]
  withMembers: boolean
  keepMembers: boolean
  keepResources: boolean
  endDirect: boolean
  reason: string
}

export const actionWords: Record<Action, { title: string; text: string; button: string }> = {
  create: {
    title: 'New role',
    text: 'From people who work alike: who they are, and what all of them need.',
    button: 'Make the role',
  },
  copy: { title: 'Copy', text: 'Another role that gives the same.', button: 'Copy the role' },
  merge: {
    title: 'Merge',
    text: 'Several roles become one; its members have what any of them gave.',
    button: 'Merge the roles',
  },
  split: {
    title: 'Split',
    text: 'Some members, some of what it gives, or both go to a new role.',
    button: 'Split the role',
  },
  rename: { title: 'Rename', text: 'The same role by another name.', button: 'Rename the role' },
}

/** makesRole says that what it leads to is a new role, and no role that was there before. */
export const makesRole = (d: Draft) => d.action !== 'rename' && (d.action !== 'merge' || !d.role)

/** missing says what is not filled in yet, by field; of nothing the draft can be tried out. */
export function missing(d: Draft): Record<string, string> {
  const out: Record<string, string> = {}
  const named = d.action !== 'merge' || !d.role
  if (d.action !== 'create' && d.action !== 'merge' && !d.role) out.role = 'Choose the role.'
  if (d.action === 'merge' && d.roles.length < (d.role ? 1 : 2))
    out.roles = d.role ? 'Choose a role that is merged into it.' : 'Choose at least two roles.'
  if (named && !d.name.trim()) out.name = 'Give it a name.'
  if ((d.action === 'create' || d.action === 'split') && !d.members.length && !d.resources.length)
    out.members = 'Choose people, resources or both.'
  return out
}

/** bodyOf is what the server gets. */
export function bodyOf(d: Draft): Reorganization {
  const values = (items: ComboboxItem[]) => (items.length ? items.map((i) => i.value) : undefined)
  const parts = d.action === 'create' || d.action === 'split'
  return {
    action: d.action,
    reason: d.reason.trim() || actionWords[d.action].title,
    ...(d.role && d.action !== 'create' ? { role: d.role.value } : {}),
    ...(d.action === 'merge' ? { roles: values(d.roles) } : {}),
    ...(d.action === 'merge' && d.role ? {} : { name: d.name.trim() }),
    ...(d.description.trim() ? { description: d.description.trim() } : {}),
    ...(d.action !== 'rename' ? { owners: values(d.owners) } : {}),
    ...(parts
      ? { members: values(d.members), resources: d.resources.map((r) => ({ resource: r.value })) }
      : {}),
    ...(d.action === 'copy' ? { with_members: d.withMembers } : {}),
    ...(d.action === 'split' ? { keep_members: d.keepMembers, keep_resources: d.keepResources } : {}),
    ...(d.action === 'create' ? { end_direct: d.endDirect, longest: true } : {}),
  }
}
