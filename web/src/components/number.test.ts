import { expect, it } from 'vitest'
import { many, number, people } from './number'

it('sets thousands apart and knows one from several', () => {
  expect(number(999)).toBe('999')
  expect(number(1_000_000)).toBe('1,000,000')
  expect(many(1, 'person', 'people')).toBe('1 person')
  expect(many(9900, 'person', 'people')).toBe('9,900 people')
  expect(many(2, 'row')).toBe('2 rows')
  expect([0, 1, 9900].map(people)).toEqual(['Nobody', '1 person', '9,900 people'])
})
