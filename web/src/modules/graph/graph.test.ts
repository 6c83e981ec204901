import { expect, test } from 'vitest'
import type { Access, Grant } from '../../api/types'
import { appGraph, holdersGraph, personGraph, roleGraph } from './graph'

const ref = (id: string, kind = 'app') => ({ id, slug: id, name: id, kind }) as Access['resource']
const user = (id: string) => ({ id, login: id, name: id })
const path = (role?: string) => ({
  via: role ? 'role' : 'direct',
  grant_id: 'g',
  role: role ? ref(role, 'role') : undefined,
})
const access = (resource: string, who: string, ...roles: (string | undefined)[]) =>
  ({
    resource: ref(resource),
    relation: 'member',
    user: user(who),
    paths: roles.map(path),
  }) as unknown as Access
const none = new Set<string>()

test('a person leads to roles and to what they give, each drawn once', () => {
  const g = personGraph(
    user('ada'),
    [access('vpn', 'ada', 'dev', undefined), access('logs', 'ada', 'dev')],
    none,
  )
  expect(g.dots.map((d) => [d.id, d.kind])).toEqual([
    ['ada', 'person'],
    ['dev', 'role'],
    ['vpn', 'resource'],
    ['logs', 'resource'],
  ])
  expect(g.lines.map((l) => `${l.from}>${l.to}`)).toEqual(['ada>dev', 'dev>vpn', 'ada>vpn', 'dev>logs'])
})

test('many alike are one bundle, which opens; who differs stands apart', () => {
  const many = Array.from({ length: 30 }, (_, i) => access('vpn', `u${i}`, 'dev'))
  const items = [...many, access('vpn', 'eve', undefined)]
  const g = holdersGraph(ref('vpn'), items, none)
  const b = g.dots.find((d) => d.kind === 'many')
  expect(b?.label).toBe('30 people')
  expect(b?.of).toHaveLength(30)
  expect(g.dots).toHaveLength(4)
  expect(holdersGraph(ref('vpn'), items, new Set([b?.id ?? ''])).dots).toHaveLength(33)
})

test('where nearly everybody differs there is a bundle for each role, and who has two is in both', () => {
  const items = Array.from({ length: 500 }, (_, i) =>
    access('vpn', `u${i}`, `r${i % 20}`, `r${(i * 7 + (i % 13) + 1) % 20}`),
  )
  const g = holdersGraph(ref('vpn'), items, none)
  expect(g.dots.length).toBeLessThan(60)
  const bundles = g.dots.filter((d) => d.kind === 'many')
  expect(new Set(bundles.flatMap((b) => b.of)).size).toBe(500)
  const opened = holdersGraph(ref('vpn'), items, new Set([bundles[0]?.id ?? '']))
  expect(opened.dots.length).toBe(g.dots.length - 1 + (bundles[0]?.of?.length ?? 0))
})

test('an app shows who holds which of its parts', () => {
  const grant = (subject: object, resource: string) =>
    ({ subject, resource: ref(resource, 'entitlement') }) as Grant
  const g = appGraph(
    [
      grant({ kind: 'role', id: 'dev', slug: 'dev', name: 'Dev' }, 'gh.eng'),
      grant({ kind: 'user', id: 'ada', login: 'ada', name: 'Ada' }, 'gh.eng'),
      grant({ kind: 'user', id: 'ada', login: 'ada', name: 'Ada' }, 'gh.admin'),
    ],
    none,
  )
  expect(g.lines.map((l) => `${l.from}>${l.to}`)).toEqual(['dev>gh.eng', 'ada>gh.eng', 'ada>gh.admin'])
})

test('a role has its people on one side and what it gives on the other, many of either in bundles that open', () => {
  const role = ref('crew', 'role')
  const members = Array.from({ length: 30 }, (_, i) => access('crew', `p${i}`, undefined))
  const gives = (n: number) =>
    Array.from({ length: n }, (_, i) => ({ resource: ref(`r${i}`) }) as unknown as Grant)
  const g = roleGraph(role, members, gives(2), none)
  expect(g.dots.map((d) => [d.kind, d.label])).toEqual([
    ['role', 'crew'],
    ['many', '30 people'],
    ['resource', 'r0'],
    ['resource', 'r1'],
  ])
  expect(g.lines).toHaveLength(3)
  const bundle = g.dots.find((d) => d.kind === 'many')
  expect(roleGraph(role, members, gives(2), new Set([bundle?.id ?? ''])).dots).toHaveLength(33)
  expect(roleGraph(role, [], gives(500), none).dots).toHaveLength(2)
})
