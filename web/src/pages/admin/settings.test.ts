import { expect, it } from 'vitest'
import type { Connection, ConnectorKind } from '../../api/connection'
import { changedValues, settingFaults, startValues } from './settings'

const kind: ConnectorKind = {
  name: 'ldap',
  title: 'LDAP',
  fields: [
    { name: 'url', title: 'Address', type: 'url', required: true },
    { name: 'password', title: 'Password', type: 'text', secret: true, required: true },
    { name: 'flavour', title: 'Sort', type: 'choice', default: 'openldap' },
  ],
}
const stored = {
  settings: { url: 'ldaps://old', flavour: '' },
  secrets: ['password'],
} as unknown as Connection

it('begins with defaults, or with what is stored; never with a secret', () => {
  expect(startValues(kind)).toEqual({ url: '', password: '', flavour: 'openldap' })
  expect(startValues(kind, stored)).toEqual({ url: 'ldaps://old', password: '', flavour: '' })
})

it('sends only what changed, and a secret only when it was typed', () => {
  expect(changedValues(kind, startValues(kind, stored), stored)).toEqual({})
  expect(changedValues(kind, { url: 'ldaps://new', password: 'p', flavour: '' }, stored)).toEqual({
    url: 'ldaps://new',
    password: 'p',
  })
  expect(changedValues(kind, { url: '', password: '', flavour: '' }, stored)).toEqual({ url: '' })
})

it('does not ask again for a secret that is stored', () => {
  expect(settingFaults(kind, startValues(kind, stored), stored)).toEqual({})
  expect(Object.keys(settingFaults(kind, startValues(kind)))).toEqual(['settings.url', 'settings.password'])
})
