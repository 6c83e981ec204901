import { describe, expect, it } from 'vitest'
import type { Access, Path } from '../../api/types'
import { byApp, endsSoon, givenBy, since } from './words'

const direct: Path = { via: 'direct', grant_id: 'g1', starts_at: '2026-01-01T00:00:00Z', origin: 'given' }
const role = (name: string): Path => ({
  ...direct,
  via: 'role',
  role: { id: name, slug: name, name, kind: 'role' },
})

describe('why somebody has something', () => {
  it('names the role, and counts several', () => {
    expect(givenBy([direct])).toBe('Direct')
    expect(givenBy([{ ...direct, origin: 'import' }])).toBe('Found in the target')
    expect(givenBy([role('Data')])).toBe('Role Data')
    expect(givenBy([direct, role('Data')])).toBe('Direct and role Data')
    expect(givenBy([role('Data'), role('Ops')])).toBe('2 roles')
    expect(givenBy(null)).toBe('–')
  })
})

describe('states that should pass', () => {
  it('say since when, and what failed', () => {
    const now = new Date(Date.now() - 2 * 3_600_000).toISOString()
    expect(since('active', undefined)).toBeUndefined()
    expect(since('revoking', { state: 'removing', since: now, attempts: 3 })).toBe(
      'Being removed since 2 hours ago, tried 3 times',
    )
    expect(
      since('failing', { state: 'adding', since: now, attempts: 3, failing_since: now, error: 'no answer' }),
    ).toBe('Failing since 2 hours ago: no answer')
  })
  it('the last two weeks stand out', () => {
    const now = Date.parse('2026-06-01T00:00:00Z')
    expect(endsSoon('2026-06-10T00:00:00Z', now)).toBe(true)
    expect(endsSoon('2026-07-10T00:00:00Z', now)).toBe(false)
    expect(endsSoon('2026-05-10T00:00:00Z', now)).toBe(false)
    expect(endsSoon(undefined, now)).toBe(false)
  })
})

describe('access by app', () => {
  const access = (kind: Access['resource']['kind'], name: string, app?: string): Access => ({
    resource: { id: name, slug: name, name, kind },
    ...(app ? { app: { id: app, slug: app, name: app, kind: 'app' as const } } : {}),
    relation: 'member',
    state: 'active',
    starts_at: '2026-01-01T00:00:00Z',
    paths: [],
  })
  it('puts apps first, and what stands alone together', () => {
    const groups = byApp([
      access('group', 'on-call'),
      access('entitlement', 'read', 'aws'),
      access('app', 'badge'),
      access('app', 'aws'),
      access('app', 'laptop'),
    ])
    expect(groups.map((g) => [g.name, g.items.map((i) => i.resource.name)])).toEqual([
      ['aws', ['aws', 'read']],
      ['Apps and things', ['badge', 'laptop']],
      ['Groups', ['on-call']],
    ])
  })
})
