import { describe, expect, it } from 'vitest'
import type { Resource } from '../../api/types'
import { draftFaults, draftOf, emptyDraft, slugOf, toNew, toPatch } from './draft'

const vpn: Resource = {
  id: 'res_1',
  kind: 'app',
  slug: 'vpn',
  name: 'VPN',
  description: 'From anywhere.',
  managed: true,
  form: { fields: [{ name: 'why', title: 'Why', type: 'text' }] },
  flow: { stages: [{ approvers: ['manager'], name: 'Manager' }] },
  fulfilment: { kind: 'manual', assignee: 'group:it' },
  durations: { presets: ['P30D', 'P1D'], max: 'P90D' },
  owners: [{ id: 'usr_1', login: 'ada', name: 'Ada' }],
  version: 3,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
}

describe('a resource while it is changed', () => {
  it('sends nothing when nothing changed', () => {
    expect(toPatch(vpn, draftOf(vpn))).toEqual({})
  })
  it('sends only what differs', () => {
    const draft = { ...draftOf(vpn), name: 'VPN 2 ', description: '' }
    expect(toPatch(vpn, draft)).toEqual({ name: 'VPN 2', description: '' })
  })
  it('says "the default chain" and "everyone" with the empty values the server knows', () => {
    const held = { ...vpn, audience: { id: 'res_2', slug: 'it', name: 'IT', kind: 'group' as const } }
    const draft = { ...draftOf(held), flow: undefined, audience: null, form: {} }
    expect(toPatch(held, draft)).toEqual({ flow: {}, audience: '', form: {} })
  })
  it('does not care in which order owners stand', () => {
    const two = { ...vpn, owners: [...(vpn.owners ?? []), { id: 'usr_2', login: 'ken', name: 'Ken' }] }
    const draft = draftOf(two)
    expect(toPatch(two, { ...draft, owners: [...draft.owners].reverse() })).toEqual({})
    expect(toPatch(two, { ...draft, owners: draft.owners.slice(1) })).toEqual({ owners: ['ken'] })
  })
})

describe('a resource while it is made', () => {
  it('sends the least that says it', () => {
    expect(toNew({ ...emptyDraft('app'), name: ' Wiki ' })).toEqual({
      kind: 'app',
      name: 'Wiki',
      fulfilment: { kind: 'none' },
    })
  })
  it('a work order has no lengths', () => {
    const order = {
      ...emptyDraft('work_order'),
      name: 'Reset MFA',
      fulfilment: { kind: 'manual' as const, assignee: 'group:it' },
      durations: { max: 'P1D' },
    }
    expect(toNew(order).durations).toBeUndefined()
  })
  it('finds what is missing', () => {
    const draft = {
      ...emptyDraft('entitlement'),
      fulfilment: { kind: 'connector' as const },
      durations: { presets: ['P90D'], max: 'P30D' },
    }
    expect(Object.keys(draftFaults(draft)).sort()).toEqual([
      'app',
      'durations.presets',
      'fulfilment.connection',
      'name',
    ])
  })
  it('makes a slug as the server does', () => {
    expect(slugOf('Lab door')).toBe('lab-door')
    expect(slugOf('Zürich Café')).toBe('zurich-cafe') // as the server's test has them
    expect(slugOf('Straße nach Łódź, Ærø')).toBe('strasse-nach-lodz-aero')
    expect(slugOf('Wache №7')).toBe('wache-no7')
    expect(slugOf('Production, read', 'aws')).toBe('aws.production-read')
  })
})
