import { describe, expect, it } from 'vitest'
import { byAction, countWords, inLines, isEmpty } from './plan'

describe('a plan', () => {
  it('says its counts, what takes away last', () => {
    expect(
      countWords({
        counts: { 'leave person': 1, 'create person': 3, 'end membership': 12, 'add membership': 2 },
      }).map((c) => c.words),
    ).toEqual(['2 memberships added', '3 new people', '12 memberships ended', '1 person leaving'])
  })
  it('shows what takes away first', () => {
    const item = (action: 'create' | 'leave' | 'change') => ({ action, kind: 'person', slug: action })
    expect(byAction([item('create'), item('change'), item('leave')]).map(([a]) => a)).toEqual([
      'leave',
      'change',
      'create',
    ])
  })
  it('is empty when nothing would change', () => {
    expect(isEmpty({ creates: 0, changes: 0, removes: 0 })).toBe(true)
    expect(isEmpty({ creates: 0, changes: 0, removes: 1 })).toBe(false)
  })
})

it('calls the places of faults in a file by their lines', () => {
  expect(
    inLines(
      [
        {
          path: 'staff.csv:12',
          message: 'the login "ada" stands twice, also in staff.csv:3; logins are unique',
        },
        { location: 'body.name', message: 'is not a name such as staff.csv: or people:2' },
      ],
      'staff.csv',
    ),
  ).toMatchObject([
    { location: 'Line 12', message: 'the login "ada" stands twice, also in line 3; logins are unique' },
    { location: 'body.name', message: 'is not a name such as staff.csv: or people:2' },
  ])
})
