import { describe, expect, it } from 'vitest'
import { cleanFlow, flowFaults, flowWords, modeOf, move, stageWords, timesWords } from './flow'

describe('a flow in words', () => {
  it('says who decides, in order', () => {
    expect(flowWords(undefined)).toBe('Any of the owners; without owners those of the app, else the admins.')
    expect(flowWords({ no_approval: true })).toBe('Nobody decides: it is given at once.')
    expect(
      flowWords({ stages: [{ approvers: ['manager'] }, { approvers: ['group:security'], rule: '2' }] }),
    ).toBe('First the manager, then 2 of group security.')
  })
  it('says how many must agree only where it matters', () => {
    expect(stageWords({ approvers: ['manager'] })).toBe('the manager')
    expect(stageWords({ approvers: ['owners'] })).toBe('any of the owners')
    expect(stageWords({ approvers: ['owners', 'user:ada'], rule: 'all' })).toBe('all of the owners and ada')
    expect(stageWords({ approvers: ['user:ada', 'user:ken', 'admins'] })).toBe(
      'any of ada, ken or the admins',
    )
  })
  it('says what happens when nobody answers', () => {
    expect(
      timesWords({ approvers: [], remind_after: 'PT4H', timeout_after: 'P2D', timeout: 'approve' }),
    ).toBe('reminded after 4 hours · approved after 2 days')
    expect(timesWords({ approvers: [], timeout_after: 'P2D' })).toBe('denied after 2 days')
  })
})

describe('a flow while it is edited', () => {
  it('is the default chain, stages, or nobody', () => {
    expect(modeOf(undefined)).toBe('default')
    expect(modeOf({ expire_in: 'P2D' })).toBe('default')
    expect(modeOf({ stages: [{ approvers: [] }] })).toBe('stages')
    expect(modeOf({ no_approval: true })).toBe('none')
  })
  it('sends nothing that is empty', () => {
    expect(cleanFlow({})).toBeUndefined()
    expect(cleanFlow({ owners_may_add: false, fallback: [] })).toBeUndefined()
    expect(
      cleanFlow({
        stages: [
          { name: ' ', approvers: ['manager'], rule: 'any', escalate_to: ['admins'], timeout: 'deny' },
        ],
      }),
    ).toEqual({ stages: [{ approvers: ['manager'] }] })
  })
  it('never sends stages together with "nobody"', () => {
    expect(cleanFlow({ no_approval: true, stages: [{ approvers: ['manager'] }] })).toEqual({
      no_approval: true,
    })
  })
  it('finds stages that nobody could decide', () => {
    expect(
      flowFaults({ stages: [{ approvers: [] }, { approvers: ['owners'], escalate_after: 'P1D' }] }),
    ).toEqual({
      'flow.stages[0].approvers': 'Name at least one approver.',
      'flow.stages[1].escalate_to': 'Say who may decide then.',
    })
  })
  it('moves a stage, and not over the end', () => {
    expect(move(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c'])
    expect(move(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
    expect(move(['a', 'b'], 1, 1)).toEqual(['a', 'b'])
  })
})
