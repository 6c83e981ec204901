import { call } from './client'
import { listQuery } from './list'
import type { Grant } from './types'

export interface GrantFilter {
  subject?: string
  resource?: string
  relation?: string
  active?: boolean
  expiring_before?: string
  limit?: number
}
export const grantsQuery = (filter: GrantFilter) =>
  listQuery<Grant>(['grants'], '/api/v1/grants', { ...filter })

export const endGrant = (id: string, reason: string) =>
  call<Grant>('post', '/api/v1/grants/{id}/end', { path: { id }, body: { reason }, keepalive: true })
