import { describe, expect, it } from 'vitest'
import type { Progress } from '../../api/progress'
import { doneWords, moreWords } from './words'

const base: Progress = {
  resource: { id: 'res_1', slug: 'vpn', name: 'VPN', kind: 'app' },
  direction: 'adding',
  total: 5000,
  done: 1880,
  in_hand: 0,
  waiting: 3120,
  by_hand: 0,
  failing: 0,
}
const now = Date.parse('2026-03-02T09:00:00Z')

describe('how far a target is', () => {
  it('says how many of how many, in both directions', () => {
    expect(doneWords(base)).toBe('in place for 1,880 of 5,000 people')
    expect(doneWords({ ...base, direction: 'removing', done: 3120 })).toBe(
      'taken away from 3,120 of 5,000 people',
    )
    expect(doneWords({ ...base, total: 1, done: 0 })).toBe('in place for 0 of 1 person')
  })
  it('names the gravest first and how long it takes at the rate', () => {
    expect(
      moreWords(
        {
          ...base,
          waiting: 3108,
          failing: 12,
          changes_per_minute: 60,
          done_about: '2026-03-02T09:52:00Z',
        },
        now,
      ),
    ).toEqual(['12 failing', '3,108 waiting', 'about 52 minutes left', '60 changes a minute'])
  })
  it('says who is waited for, and when nothing moves', () => {
    expect(moreWords({ ...base, waiting: 0, by_hand: 1 }, now)).toEqual(['1 waits for somebody to do it'])
    expect(moreWords({ ...base, paused_at: '2026-03-02T08:00:00Z' }, now)[0]).toMatch(/^paused since /)
    expect(moreWords({ ...base, held_until: '2026-03-02T09:05:00Z' }, now)[0]).toMatch(
      /^the target asked for a pause until /,
    )
    expect(moreWords({ ...base, in_hand: 4, waiting: 10 }, now)).toEqual(['4 being changed now'])
  })
})
