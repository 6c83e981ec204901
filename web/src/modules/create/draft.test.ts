import { describe, expect, it } from 'vitest'
import type { Thing } from '../../api/types'
import { emptyDraft, fromThing, missing, toThing } from './draft'

describe('drafts of new things', () => {
  it('send what fits the kind and nothing else', () => {
    const d = {
      ...emptyDraft('group'),
      name: ' Writers ',
      app: { value: 'github', label: 'GitHub' },
      parts: [{ name: 'Editors' }],
      gives: [{ value: 'wiki', label: 'Wiki' }],
      membersFor: 'P30D',
    }
    expect(JSON.parse(JSON.stringify(toThing(d)))).toEqual({ kind: 'group', name: 'Writers' })
    expect(toThing({ ...d, kind: 'role' }).gives).toEqual([{ resource: 'wiki' }])
    expect(toThing({ ...d, kind: 'entitlement' }).app).toBe('github')
    expect(toThing({ ...d, kind: 'app' }).entitlements).toEqual([{ name: 'Editors' }])
  })

  it('come back from what was asked as they were', () => {
    const asked: Thing = {
      kind: 'role',
      name: 'Writers',
      slug: 'writers',
      description: 'Who writes',
      owners: [{ id: 'usr_1', login: 'ada', name: 'Ada' }],
      members: [{ id: 'usr_2', login: 'ken', name: 'Ken' }],
      members_for: 'P30D',
      tags: ['prod'],
      entitlements: [],
      gives: [
        {
          resource: { id: 'res_1', slug: 'wiki', name: 'Wiki', kind: 'app' },
          relation: 'owner',
          duration: 'P9D',
        },
      ],
    }
    expect(JSON.parse(JSON.stringify(toThing(fromThing(asked))))).toEqual({
      kind: 'role',
      name: 'Writers',
      slug: 'writers',
      description: 'Who writes',
      owners: ['ada'],
      members: ['ken'],
      members_for: 'P30D',
      tags: ['prod'],
      gives: [{ resource: 'res_1', relation: 'owner', duration: 'P9D' }],
    })
  })

  it('send an audience only when it was chosen: what was not said stays as it was', () => {
    const group = { id: 'res_9', slug: 'security', name: 'Security', kind: 'group' as const }
    const asked: Thing = { kind: 'app', name: 'Vault', slug: 'vault', audience: group } as Thing
    const draft = fromThing(asked)
    expect(draft.audience).toEqual({ value: 'res_9', label: 'Security' })
    expect(toThing(draft).audience).toBeUndefined()
    expect(toThing({ ...draft, audience: null, audienceChosen: true }).audience).toBe('')
    expect(toThing({ ...draft, audience: { value: 'it', label: 'IT' }, audienceChosen: true }).audience).toBe(
      'it',
    )
    expect(toThing(emptyDraft('app')).audience).toBeUndefined()
  })

  it('say what is missing before anybody is asked', () => {
    expect(Object.keys(missing(emptyDraft('entitlement'), ' '))).toEqual(['app', 'name', 'reason'])
    expect(missing({ ...emptyDraft('app'), name: 'Figma' }, 'to draw')).toEqual({})
  })
})
