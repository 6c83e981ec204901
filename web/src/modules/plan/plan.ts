// Plans in words.
import type { Plan, PlanItem } from '../../api/plan'

const past: Record<string, string> = {
  create: 'new',
  change: 'changed',
  remove: 'removed',
  leave: 'leaving',
  return: 'returning',
  add: 'added',
  end: 'ended',
}
const plural: Record<string, string> = {
  person: 'people',
  entitlement: 'entitlements',
  work_order: 'work orders',
}

/** countWords says the counts of a plan, the removals last: "3 new people", "12 memberships ended". */
export function countWords(plan: Pick<Plan, 'counts'>): { key: string; words: string; ends: boolean }[] {
  return Object.entries(plan.counts ?? {})
    .map(([key, n]) => {
      const [action = '', kind = ''] = key.split(' ', 2)
      const many = n === 1 ? kind.replaceAll('_', ' ') : (plural[kind] ?? `${kind.replaceAll('_', ' ')}s`)
      const word = past[action] ?? action
      return {
        key,
        words: action === 'create' ? `${n} ${word} ${many}` : `${n} ${many} ${word}`,
        ends: ends(action),
      }
    })
    .sort((a, b) => Number(a.ends) - Number(b.ends) || a.key.localeCompare(b.key))
}

/** ends is true for what takes something away. */
export const ends = (action: string) => action === 'remove' || action === 'leave' || action === 'end'

export const actionWords: Record<PlanItem['action'], string> = {
  create: 'New',
  change: 'Change',
  remove: 'Remove',
  leave: 'Leaves',
  return: 'Returns',
  add: 'Add',
  end: 'End',
}

/** isEmpty is true when there is nothing to do. */
export const isEmpty = (p: Pick<Plan, 'creates' | 'changes' | 'removes'>) =>
  p.creates === 0 && p.changes === 0 && p.removes === 0

/** byAction groups the items of a plan, what takes away first: it must not be overlooked. */
export function byAction(items: readonly PlanItem[]): [PlanItem['action'], PlanItem[]][] {
  const order: PlanItem['action'][] = ['leave', 'end', 'remove', 'change', 'return', 'create', 'add']
  return order.flatMap((action) => {
    const list = items.filter((i) => i.action === action)
    return list.length ? [[action, list] as [PlanItem['action'], PlanItem[]]] : []
  })
}

/** inLines calls the places of faults in one file by their lines alone; the server names the file with each. */
export function inLines<F extends { location?: string; path?: string; message: string }>(
  faults: readonly F[],
  file: string,
): F[] {
  const line = (text: string, word: string) =>
    text.split(`${file}:`).reduce((done, part) => done + (/^\d/.test(part) ? `${word} ` : `${file}:`) + part)
  return faults.map((f) => ({
    ...f,
    location: line(f.location ?? f.path ?? '', 'Line'),
    message: line(f.message, 'line'),
  }))
}
