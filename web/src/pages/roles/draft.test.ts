import { expect, test } from 'vitest'
import { bodyOf, type Draft, missing } from './draft'

const item = (value: string) => ({ value, label: value })
const empty: Draft = {
  action: 'create',
  role: null,
  roles: [],
  name: '',
  description: '',
  owners: [],
  members: [],
  resources: [],
  withMembers: false,
  keepMembers: false,
  keepResources: false,
  endDirect: true,
  reason: '',
}

test('each action says what it still needs', () => {
  expect(Object.keys(missing(empty))).toEqual(['name', 'members'])
  expect(Object.keys(missing({ ...empty, action: 'copy' }))).toEqual(['role', 'name'])
  expect(Object.keys(missing({ ...empty, action: 'merge', roles: [item('a')] }))).toEqual(['roles', 'name'])
  expect(missing({ ...empty, action: 'merge', role: item('b'), roles: [item('a')] })).toEqual({})
  expect(Object.keys(missing({ ...empty, action: 'split', role: item('a'), name: 'B' }))).toEqual(['members'])
})

test('the server gets what belongs to the action, and nothing else', () => {
  const full = { ...empty, name: ' B ', role: item('a'), members: [item('ada')], resources: [item('vpn')] }
  expect(bodyOf({ ...full, action: 'split', keepMembers: true, reason: 'why' })).toEqual({
    action: 'split',
    reason: 'why',
    role: 'a',
    name: 'B',
    members: ['ada'],
    resources: [{ resource: 'vpn' }],
    keep_members: true,
    keep_resources: false,
  })
  expect(bodyOf({ ...full, action: 'rename' })).toEqual({
    action: 'rename',
    reason: 'Rename',
    role: 'a',
    name: 'B',
  })
  expect(bodyOf({ ...full, action: 'merge', roles: [item('c')] })).toEqual({
    action: 'merge',
    reason: 'Merge',
    role: 'a',
    roles: ['c'],
  })
})
