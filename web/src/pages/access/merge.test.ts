import { expect, it } from 'vitest'
import type { Access, Grant } from '../../api/types'
import { merge } from './merge'

const resource = { id: 'res_1', slug: 'vpn', name: 'VPN', kind: 'app' as const }
const access: Access = {
  resource,
  relation: 'member',
  state: 'active',
  starts_at: '',
  paths: [{ via: 'direct', grant_id: 'grt_1', starts_at: '', origin: 'given' }],
}
const grant = (id: string, state: Grant['state'], of = resource): Grant =>
  ({ id, resource: of, relation: 'member', state, origin: 'given', starts_at: '' }) as Grant

it('shows what is on its way beside what one has', () => {
  const other = { ...resource, id: 'res_2', name: 'Wiki' }
  const held = merge([access], [grant('grt_1', 'active'), grant('grt_2', 'granting', other)])
  expect(held.map((h) => [h.access.resource.name, h.access.state])).toEqual([
    ['VPN', 'active'],
    ['Wiki', 'granting'],
  ])
  expect(held[1]?.access.paths?.[0]?.grant_id).toBe('grt_2')
})

it('keeps active what is active for another reason', () => {
  const held = merge([access], [grant('grt_3', 'failing')])
  expect(held).toHaveLength(1)
  expect(held[0]?.access.state).toBe('active')
  expect(held[0]?.grant?.id).toBe('grt_3')
})

it('leaves out what is over', () => {
  expect(merge([], [grant('grt_4', 'ended')])).toEqual([])
})
