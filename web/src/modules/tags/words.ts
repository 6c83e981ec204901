// What a tag demands, in sentences.
import type { Constraints } from '../../api/types'
import { lengthWords } from '../../components/time'

/** rules lists the constraints that are yes or no, with what each says. */
export const rules: readonly { key: keyof Constraints; label: string; says: string }[] = [
  { key: 'require_member_reason', label: 'Members need a reason', says: 'a reason is required for members' },
  { key: 'require_owner_reason', label: 'Owners need a reason', says: 'a reason is required for owners' },
  {
    key: 'disallow_self_add_membership',
    label: 'Nobody adds themselves as a member',
    says: 'nobody adds themselves as a member',
  },
  {
    key: 'disallow_self_add_ownership',
    label: 'Nobody adds themselves as an owner',
    says: 'nobody adds themselves as an owner',
  },
  {
    key: 'propagate_to_roles',
    label: 'Time limits also hold for membership of roles that give it',
    says: 'the same lengths hold for membership of roles that give it',
  },
  { key: 'no_standing_access', label: 'Members’ access must have an end', says: 'access must have an end' },
]

/** demands says all of a tag's constraints in one sentence. */
export function demands(c: Constraints): string {
  const parts = [
    c.member_time_limit && `members at most ${lengthWords(c.member_time_limit)}`,
    c.owner_time_limit && `owners at most ${lengthWords(c.owner_time_limit)}`,
    ...rules.map((r) => c[r.key] && r.says),
  ].filter((p): p is string => !!p)
  if (!parts.length) return 'A label only: it demands nothing.'
  const text = parts.join('; ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
