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
    [],
    none,
  )
  expect(g.lines.map((l) => `${l.from}>${l.to}`)).toEqual(['dev>gh.eng', 'ada>gh.eng', 'ada>gh.admin'])
})

test('a role has its people on one side and what it gives on the other, many of either in bundles that open', () => {
  const role = ref('crew', 'role')
  const all = (items: Access[]) => ({ items, total: items.length, list: '/all' })
  const members = Array.from({ length: 30 }, (_, i) => access('crew', `p${i}`, undefined))
  const gives = (n: number) =>
    Array.from({ length: n }, (_, i) => ({ resource: ref(`r${i}`) }) as unknown as Grant)
  const g = roleGraph(role, all(members), gives(2), none)
  expect(g.dots.map((d) => [d.kind, d.label])).toEqual([
    ['role', 'crew'],
    ['many', '30 people'],
    ['resource', 'r0'],
    ['resource', 'r1'],
  ])
  expect(g.lines).toHaveLength(3)
  const bundle = g.dots.find((d) => d.kind === 'many')
  expect(roleGraph(role, all(members), gives(2), new Set([bundle?.id ?? ''])).dots).toHaveLength(33)
  expect(roleGraph(role, all([]), gives(500), none).dots).toHaveLength(2)
})

test('a bundle opens by its own press, however many it is of, and leaves the others', () => {
  const people = (n: number, role: string) =>
    Array.from({ length: n }, (_, i) => access('vpn', `${role}${i}`, role))
  const shown = (items: Access[], opened: ReadonlySet<string>) =>
    holdersGraph(ref('vpn'), items, opened)
      .dots.filter((d) => d.kind === 'person' || d.kind === 'many')
      .map((d) => (d.kind === 'many' ? d.label : 'one'))
  const one = people(200, 'dev')
  const [bundle] = holdersGraph(ref('vpn'), one, none).dots.filter((d) => d.of)
  expect(bundle?.label).toBe('200 people')
  expect(shown(one, new Set([bundle?.id ?? '']))).toEqual(Array(200).fill('one'))
  const two = [...people(60, 'dev'), ...people(60, 'ops')]
  const both = holdersGraph(ref('vpn'), two, none).dots.filter((d) => d.of)
  expect(both.map((b) => b.label)).toEqual(['60 people', '60 people'])
  expect(shown(two, new Set([both[0]?.id ?? '']))).toEqual([...Array(60).fill('one'), '60 people'])
  expect(shown(two, new Set(both.map((b) => b.id)))).toEqual(Array(120).fill('one'))
})

test('a line says when it is ownership, and who owns is in another bundle than who is a member', () => {
  const gives = (resource: string, relation: string) =>
    ({ resource: ref(resource), relation }) as unknown as Grant
  const g = roleGraph(
    ref('crew', 'role'),
    { items: [], total: 0, list: '' },
    [gives('vpn', 'member'), gives('wiki', 'owner'), gives('logs', 'member'), gives('logs', 'owner')],
    none,
  )
  expect(g.lines.map((l) => l.label)).toEqual([undefined, 'owner', 'member and owner'])
  const owned = { ...access('vpn', 'ada', 'dev'), relation: 'owner' } as Access
  expect(personGraph(user('ada'), [owned], none).lines).toEqual([
    { from: 'ada', to: 'dev' },
    { from: 'dev', to: 'vpn', label: 'owner' },
  ])
  const many = [
    ...Array.from({ length: 20 }, (_, i) => access('vpn', `m${i}`, undefined)),
    ...Array.from({ length: 10 }, (_, i) => ({
      ...access('vpn', `o${i}`, undefined),
      relation: 'owner' as const,
    })),
  ]
  const bundles = holdersGraph(ref('vpn'), many, none)
  expect(bundles.dots.flatMap((d) => (d.of ? [d.label] : []))).toEqual(['20 people', '10 people'])
  expect(bundles.lines.map((l) => l.label)).toEqual([undefined, 'owner'])
})

test('of more people than are read a role shows how many, and where they are listed', () => {
  const role = ref('crew', 'role')
  const items = Array.from({ length: 200 }, (_, i) => access('crew', `p${i}`, undefined))
  const g = roleGraph(role, { items, total: 9900, list: '/catalogue/crew?tab=holders' }, [], none)
  expect(g.dots.map((d) => [d.kind, d.label, d.to])).toEqual([
    ['role', 'crew', '/catalogue/crew'],
    ['many', '9,900 people', '/catalogue/crew?tab=holders'],
  ])
})

test('the parts of an app that nobody holds are there, many of them in a bundle', () => {
  const parts = (n: number) => Array.from({ length: n }, (_, i) => ref(`p${i}`, 'entitlement'))
  expect(appGraph([], parts(2), none).dots.map((d) => [d.label, d.detail])).toEqual([
    ['p0', 'Held by nobody'],
    ['p1', 'Held by nobody'],
  ])
  const [bundle] = appGraph([], parts(40), none).dots
  expect(bundle?.label).toBe('40 things')
  expect(appGraph([], parts(40), new Set([bundle?.id ?? ''])).dots).toHaveLength(40)
})
