import { expect, test } from 'vitest'
import { demands } from './words'

test('what a tag demands is one sentence', () => {
  expect(demands({})).toBe('A label only: it demands nothing.')
  expect(demands({ member_time_limit: 'P30D', require_member_reason: true })).toBe(
    'Members at most 30 days; a reason is required for members.',
  )
  expect(demands({ no_standing_access: true })).toBe('Access must have an end.')
})
