import { expect, test } from 'vitest'
import type { Constraint } from '../../api/types'
import { demands } from './words'

const keys: Constraint[] = [
  { key: 'most', kind: 'length', title: 'At most', says: 'members at most {}', flag: 'most' },
  { key: 'why', kind: 'yes', title: 'Why', says: 'members need a reason', flag: 'why' },
]
const of = (c: object) => demands(c, keys)

test('what a tag demands is one sentence, in the words of the API', () => {
  expect(of({})).toBe('A label only: it demands nothing.')
  expect(of({ why: true, most: 'P30D' })).toBe('Members at most 30 days; members need a reason.')
  expect(of({ why: true })).toBe('Members need a reason.')
  expect(demands({}, [])).toBe('')
})
