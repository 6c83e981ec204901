import { describe, expect, it } from 'vitest'
import type { SharedItem } from '../../api/roles'
import type { Access, AccessRequest, Resource } from '../../api/types'
import { find, index, recommend, standing, typical } from './search'

const make = (slug: string, name: string, more: Partial<Resource> = {}): Resource => ({
  id: `res_${slug}`,
  kind: 'app',
  slug,
  name,
  managed: true,
  form: {},
  fulfilment: { kind: 'none' },
  durations: {},
  version: 1,
  created_at: '',
  updated_at: '',
  ...more,
})
const aws = make('aws', 'AWS')
const read = make('aws.read', 'Production, read', {
  kind: 'entitlement',
  app: { id: 'res_aws', slug: 'aws', name: 'AWS', kind: 'app' },
  description: 'Metrics and logs',
})
const figma = make('figma', 'Figma', { owners: [{ id: 'u', login: 'ada', name: 'Ada Lovelace' }] })
const mirrored = make('staff', 'Staff', { kind: 'group', managed: false })
const all = index([figma, mirrored, read, aws])
const holds = (id: string): Access => ({
  resource: { id, slug: id, name: id, kind: 'app' },
  relation: 'member',
  state: 'active',
  starts_at: '',
  paths: [],
})
const none = standing([], [])
const names = (list: Resource[]) => list.map((r) => r.slug)

describe('finding in the catalogue', () => {
  it('puts an entitlement beside its app when nothing is typed', () => {
    expect(names(find(all, {}, none))).toEqual(['aws', 'aws.read', 'figma', 'staff'])
  })
  it('asks for every word, anywhere: name, app, owner, description; accents and case do not matter', () => {
    expect(names(find(all, { q: 'aws logs' }, none))).toEqual(['aws.read'])
    expect(names(find(all, { q: 'lovelace' }, none))).toEqual(['figma'])
    expect(names(find(all, { q: 'FÍGMA' }, none))).toEqual(['figma'])
    expect(names(find(all, { q: 'nothing' }, none))).toEqual([])
  })
  it('narrows to a kind, an app, and how one stands to it', () => {
    const stand = standing([holds('res_figma')], [])
    expect(names(find(all, { app: 'aws' }, none))).toEqual(['aws', 'aws.read'])
    expect(names(find(all, { kind: 'group' }, none))).toEqual(['staff'])
    expect(names(find(all, { show: 'have' }, stand))).toEqual(['figma'])
    expect(names(find(all, { show: 'ask' }, stand))).toEqual(['aws', 'aws.read'])
  })
})

describe('what helps to choose', () => {
  it('recommends what at least two of the team have and oneself has not', () => {
    const item = (id: string, count: number, relation: 'member' | 'owner' = 'member') =>
      ({
        resource: { id, slug: id, name: id, kind: 'app' },
        relation,
        count,
        share: 0,
        holders: [],
      }) as SharedItem
    const team = [item('a', 3), item('b', 2), item('c', 1), item('d', 4, 'owner')]
    const found = recommend(team, 4, standing([holds('b')], []))
    expect(found.map((s) => [s.resource.id, s.have, s.of])).toEqual([['a', 3, 4]])
  })
  it('tells the usual time to a decision by its leading unit', () => {
    const decided = (hours: number) =>
      ({
        resource: { id: 'a' },
        created_at: '2026-01-01T00:00:00Z',
        decided_at: new Date(Date.parse('2026-01-01T00:00:00Z') + hours * 3_600_000).toISOString(),
      }) as AccessRequest
    expect(typical([decided(1), decided(3.4), decided(90)]).get('a')).toBe('3 hours')
  })
})
