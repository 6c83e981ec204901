import type { ImpactItem } from '../../api/impact'

export interface Group {
  key: string
  change: ImpactItem['change']
  resource: ImpactItem['resource']
  relation: ImpactItem['relation']
  items: ImpactItem[]
}

/** grouped puts together what happens to the same thing, in the order in which the server names it. */
export function grouped(items: readonly ImpactItem[]): Group[] {
  const groups = new Map<string, Group>()
  for (const it of items) {
    const key = `${it.change} ${it.resource.id} ${it.relation}`
    const g = groups.get(key)
    if (g) g.items.push(it)
    else
      groups.set(key, { key, change: it.change, resource: it.resource, relation: it.relation, items: [it] })
  }
  return [...groups.values()]
}

export const changeWords: Record<ImpactItem['change'], string> = {
  lost: 'lose it',
  shorter: 'have it for shorter',
  gained: 'gain it',
  longer: 'have it for longer',
}
