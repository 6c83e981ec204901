import { describe, expect, it } from 'vitest'
import { howLong, iso, lengthWords, relative, seconds } from './time'

describe('lengths', () => {
  it.each([
    ['P7D', 604_800],
    ['P2W', 1_209_600],
    ['PT1H30M', 5400],
    ['P1DT12H', 129_600],
    ['PT1S', 1],
  ])('%s has %d seconds', (text, n) => {
    expect(seconds(text)).toBe(n)
    expect(seconds(iso(n))).toBe(n)
  })
  it.each(['P', 'PT', 'P1Y', 'P1M', '7D', ''])('%s is no length', (text) => {
    expect(seconds(text)).toBeUndefined()
  })
  it('says them in words', () => {
    expect(lengthWords('P1D')).toBe('1 day')
    expect(lengthWords('P14DT1H')).toBe('14 days 1 hour')
    expect(howLong({ no_end: true })).toBe('no end')
  })
})

describe('relative', () => {
  const now = Date.parse('2026-11-21T12:00:00Z')
  it.each([
    ['2026-11-21T12:00:10Z', 'in a moment'],
    ['2026-11-21T15:00:00Z', 'in 3 hours'],
    ['2026-11-22T12:00:00Z', 'in 1 day'],
    ['2026-11-19T12:00:00Z', '2 days ago'],
    ['2026-11-21T11:20:00Z', '40 minutes ago'],
  ])('%s is %s', (at, words) => {
    expect(relative(at, now)).toBe(words)
  })
})
