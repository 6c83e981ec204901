import { expect, test } from 'vitest'
import type { Grant, Page, Resource } from '../../api/types'
import { held } from './parts'

const part = (id: string, created = '2026-01-01T00:00:00Z') =>
  ({ id, name: id, slug: id, kind: 'entitlement', created_at: created }) as Resource
const page = (...of: [part: string, who: string][]) =>
  ({
    items: of.map(([id, name]) => ({ id: `${id} ${name}`, resource: part(id), subject: { name } })),
  }) as unknown as Page<Grant>
const rows = (...args: Parameters<typeof held>) =>
  held(...args).map((h) => `${h.resource.name} ${h.grant?.subject.name ?? '-'}`)
const parts = ['app', 'a', 'b', 'c', 'd', 'e'].map((id) => part(id))

test('parts that nobody holds stand among those that are held', () => {
  const pages = [page(['b', 'Zoe'], ['b', 'Ada']), page(['b', 'Bob'], ['d', 'Eve'])]
  expect(rows(pages, parts, 'app', { more: false })).toEqual([
    'a -',
    'b Ada',
    'b Zoe',
    'b Bob',
    'c -',
    'd Eve',
    'e -',
  ])
})

test('while there is more to be read, nothing is said of the parts that may come', () => {
  expect(rows([page(['b', 'Ada'])], parts, 'app', { more: true })).toEqual(['a -', 'b Ada'])
  expect(rows([page(['app', 'Ada'])], [part('App'), ...parts], 'x', { more: true })).toEqual(['app Ada'])
})

test('an app of which nobody holds anything has its parts, those that were there at that moment', () => {
  const later = [...parts, part('f', '2026-03-01T00:00:00.5Z')]
  expect(rows([page()], later, 'app', { more: false, at: '2026-02-01T00:00:00.000Z' })).toHaveLength(5)
})
