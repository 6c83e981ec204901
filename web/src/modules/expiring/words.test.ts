import { expect, test } from 'vitest'
import type { Batch, BatchItem, Expiring } from '../../api/types'
import { noCounts } from '../../test/data'
import { atMost, batchWords, fits, hangs, itemWords, taken, untilDays, verdict, verdictWords } from './words'

const grant = { relation: 'member' } as Expiring['grant']

test('what hangs on a grant', () => {
  expect(hangs({ grant, people: 250 })).toBe('250 people')
  expect(hangs({ grant, people: 1 })).toBe('1 person')
  expect(hangs({ grant, reaches: 40 })).toBe('reaches 40 resources')
  expect(hangs({ grant: { ...grant, relation: 'owner' }, reaches: 3 })).toBe('contains 3')
  expect(hangs({ grant })).toBe('')
})

test('a limit, and what is within it', () => {
  const month = { greatest: 'P30D', key: 'member_time_limit', from: 'the tag Month on Wiki' }
  expect(atMost(month)).toBe('30 days')
  expect(atMost({ ...month, key: 'any' })).toBe('Any length')
  expect(fits(month, 'P30D')).toBe(true)
  expect(fits(month, 'P31D')).toBe(false)
})

test('what became of a batch and of its rows', () => {
  const b = { action: 'renew', state: 'working', counts: { ...noCounts, total: 2000, waiting: 500 } } as Batch
  expect(batchWords(b)).toBe('1,500 of 2,000 rows done')
  expect(
    batchWords({ ...b, state: 'done', counts: { ...noCounts, total: 4, renewed: 2, asked: 1, refused: 1 } }),
  ).toBe('2 renewed, 1 asked for, 1 refused.')
  expect(
    batchWords({ ...b, state: 'refused', counts: { ...noCounts, total: 2, refused: 1, untouched: 1 } }),
  ).toContain('Nothing was changed: 1 row')
  const it = {
    state: 'refused',
    detail: 'Wiki may be had for at most 30 days',
    hint: 'Ask for less.',
  } as BatchItem
  expect(itemWords(it)).toBe('Wiki may be had for at most 30 days. Ask for less.')
})

test('a number of days from now keeps its key for an hour', () => {
  const now = Date.UTC(2026, 2, 2, 9, 10)
  expect(untilDays('7', now)).toBe('2026-03-09T09:00:00.000Z')
  expect(untilDays('7', now + 40 * 60_000)).toBe(untilDays('7', now))
})

test('what taking a batch back does', () => {
  const batch = (counts: Partial<typeof noCounts>) => ({ counts: { ...noCounts, ...counts } }) as Batch
  expect(taken(batch({ renewed: 2 }))).toBe('What was renewed ends again when it did before.')
  expect(taken(batch({ reviewed: 1, asked: 1 }))).toBe(
    'The marks go. Requests that still wait are cancelled.',
  )
})

test('what a row gets, before it is sent', () => {
  const now = Date.UTC(2026, 2, 2)
  const limits = { greatest: 'P30D', key: 'member_time_limit', from: 'the tag Month on Wiki' }
  const row = (g: object) => ({ grant: { ...grant, ...g }, limits }) as Expiring
  const mine = row({ may_extend: true })
  expect(verdict(mine, 'P30D')).toBe('renewed')
  const long = row({ may_extend: true, ends_at: '2026-03-20T00:00:00Z' })
  expect([verdict(long, 'P30D', now), verdict(long, 'P7D', now)]).toEqual(['renewed', 'refused'])
  expect(verdictWords(long, 'P7D', now)).toContain('Refused: it lasts until 20 Mar 2026 already')
  expect(verdictWords(mine, 'P30D', now)).toBe('Until 1 Apr 2026 · at most 30 days: the tag Month on Wiki')
  expect(verdictWords(mine, undefined, now)).toBe('At most 30 days: the tag Month on Wiki')
  expect(verdict(mine, 'P31D')).toBe('refused')
  expect(verdictWords(mine, 'P31D', now)).toBe('Refused, at most 30 days: the tag Month on Wiki')
  expect(verdict(row({}), 'P30D')).toBe('asked')
  expect(verdictWords(row({}), 'P30D', now)).toContain('Asked for, until 1 Apr 2026')
  expect(verdict({ ...long, grant: { ...long.grant, origin: 'import' } }, 'P7D', now)).toBe('renewed')
})
