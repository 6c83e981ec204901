import { afterEach, describe, expect, it } from 'vitest'
import { localDate, setZone } from '../../components/zone'
import { momentOf } from './moment'

afterEach(() => setZone(undefined))

describe('as of', () => {
  const now = new Date('2026-11-21T10:30:00Z')
  it.each([
    ['Europe/Berlin', '2026-11-01', '2026-11-01T22:59:59.999Z'],
    ['Europe/Berlin', '2026-07-01', '2026-07-01T21:59:59.999Z'],
    // The day on which summer time ends.
    ['Europe/Berlin', '2026-10-25', '2026-10-25T22:59:59.999Z'],
    ['America/New_York', '2026-11-01', '2026-11-02T04:59:59.999Z'],
    ['America/New_York', '2027-07-31', '2027-08-01T03:59:59.999Z'],
  ])('in %s the day %s is its end there', (zone, day, end) => {
    setZone(zone)
    expect(momentOf(day, now)).toBe(end)
  })
  it('today is that of the zone', () => {
    const late = new Date('2026-11-21T23:30:00Z')
    setZone('Europe/Berlin')
    expect(momentOf('2026-11-22', late)).toBeUndefined()
    expect(momentOf('2026-11-21', late)).toBe('2026-11-21T22:59:59.999Z')
    setZone('America/New_York')
    expect(momentOf('2026-11-21', late)).toBeUndefined()
  })
  it('a moment is itself', () => {
    expect(momentOf('2026-01-31T12:00:00Z', now)).toBe('2026-01-31T12:00:00.000Z')
  })
  it('today, nothing and nonsense are now', () => {
    for (const value of [localDate(now), '', undefined, 'soon', '2026-13-45'])
      expect(momentOf(value, now)).toBeUndefined()
  })
})
