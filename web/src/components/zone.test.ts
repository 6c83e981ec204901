import { afterEach, describe, expect, it } from 'vitest'
import { date, exact, moment } from './time'
import {
  endOfDay,
  instant,
  localDate,
  localHour,
  localInput,
  momentIn,
  setZone,
  startOfDay,
  zone,
} from './zone'

afterEach(() => setZone(undefined))

describe('the day of a zone', () => {
  it.each([
    // An ordinary day, then the days on which clocks change: 23 and 25 hours.
    ['Europe/Vienna', '2026-11-21', '2026-11-20T23:00:00.000Z', '2026-11-21T22:59:59.999Z'],
    ['Europe/Vienna', '2026-03-29', '2026-03-28T23:00:00.000Z', '2026-03-29T21:59:59.999Z'],
    ['Europe/Vienna', '2026-10-25', '2026-10-24T22:00:00.000Z', '2026-10-25T22:59:59.999Z'],
    ['America/Los_Angeles', '2026-11-21', '2026-11-21T08:00:00.000Z', '2026-11-22T07:59:59.999Z'],
    ['America/Los_Angeles', '2026-03-08', '2026-03-08T08:00:00.000Z', '2026-03-09T06:59:59.999Z'],
    ['America/Los_Angeles', '2026-11-01', '2026-11-01T07:00:00.000Z', '2026-11-02T07:59:59.999Z'],
    // Clocks go from midnight to one: the day begins at one. They go back at midnight: it begins once.
    ['America/Santiago', '2026-09-06', '2026-09-06T04:00:00.000Z', '2026-09-07T02:59:59.999Z'],
    ['America/Santiago', '2026-04-05', '2026-04-05T04:00:00.000Z', '2026-04-06T03:59:59.999Z'],
    ['Asia/Kolkata', '2026-01-01', '2025-12-31T18:30:00.000Z', '2026-01-01T18:29:59.999Z'],
  ])('%s, %s', (name, day, from, to) => {
    setZone(name)
    expect(startOfDay(day)).toBe(from)
    expect(endOfDay(day)).toBe(to)
    expect(localDate(Date.parse(from))).toBe(day)
    expect(localDate(Date.parse(to))).toBe(day)
    expect(localDate(Date.parse(from) - 1)).not.toBe(day)
  })
  it('what is no day has neither end', () => {
    for (const text of ['', undefined, 'soon', '2026-13-45', '2026-11-21T10:00'])
      expect([startOfDay(text), endOfDay(text)]).toEqual([undefined, undefined])
  })
})

describe('a time of a zone', () => {
  it('is read and written in it', () => {
    setZone('Europe/Vienna')
    expect(momentIn('2026-07-01T10:30')).toBe('2026-07-01T08:30:00.000Z')
    expect(momentIn('2026-07-01T10:30:00+05:00')).toBe('2026-07-01T05:30:00.000Z')
    expect(localInput(Date.parse('2026-07-01T08:30:00Z'))).toBe('2026-07-01T10:30')
    expect(localHour(Date.parse('2026-12-01T23:30:00Z'))).toBe(0)
    expect(momentIn('soon')).toBeUndefined()
    expect(localInput(new Date('soon'))).toBe('')
  })
  it('that comes twice is the first, and one that is left out comes after the change', () => {
    setZone('Europe/Vienna')
    expect(new Date(instant('2026-10-25T02:30:00')).toISOString()).toBe('2026-10-25T00:30:00.000Z')
    expect(new Date(instant('2026-03-29T02:30:00')).toISOString()).toBe('2026-03-29T01:30:00.000Z')
  })
  it('is shown in it', () => {
    const at = '2026-11-20T23:30:00Z'
    setZone('Europe/Vienna')
    expect(date(at)).toBe('21 Nov 2026')
    expect(exact(at)).toContain('00:30')
    expect(moment(at, new Date('2026-11-21T20:00:00Z'))).toBe('Today, 00:30')
    setZone('America/Los_Angeles')
    expect(date(at)).toBe('20 Nov 2026')
    expect(moment(at, new Date('2026-11-21T20:00:00Z'))).toBe('Yesterday, 15:30')
  })
  it('an unknown zone is that of the browser', () => {
    const own = zone()
    setZone('Mars/Olympus')
    expect(zone()).toBe(own)
  })
})
