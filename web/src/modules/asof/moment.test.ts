import { describe, expect, it } from 'vitest'
import { localDate } from '../../components/time'
import { momentOf } from './moment'

describe('as of', () => {
  const now = new Date(2026, 10, 21, 10, 30)
  it('a day is its end where the person is', () => {
    expect(momentOf('2026-11-01', now)).toBe(new Date(2026, 10, 1, 23, 59, 59, 999).toISOString())
    expect(momentOf('2027-01-31', now)).toBe(new Date(2027, 0, 31, 23, 59, 59, 999).toISOString())
  })
  it('a moment is itself', () => {
    expect(momentOf('2026-01-31T12:00:00Z', now)).toBe('2026-01-31T12:00:00.000Z')
  })
  it('today, nothing and nonsense are now', () => {
    for (const value of [localDate(now), '', undefined, 'soon', '2026-13-45'])
      expect(momentOf(value, now)).toBeUndefined()
  })
})
