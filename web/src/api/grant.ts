import { queryOptions } from '@tanstack/react-query'
import { call } from './client'
import { listQuery } from './list'
import type { Grant } from './types'

export interface GrantFilter {
  subject?: string
  resource?: string
  relation?: string
  active?: boolean
  /** Giving its access at that moment, in place of active. */
  at?: string
  expiring_before?: string
  limit?: number
}
/** grantQuery reads one grant with what the caller may do with it. */
export const grantQuery = (id: string) =>
  queryOptions({
    queryKey: ['grant', id] as const,
    queryFn: ({ signal }) => call<Grant>('get', '/api/v1/grants/{id}', { path: { id }, signal }),
  })

export const grantsQuery = (filter: GrantFilter) =>
  listQuery<Grant>(['grants'], '/api/v1/grants', { ...filter })

export const endGrant = (id: string, reason: string) =>
  call<Grant>('post', '/api/v1/grants/{id}/end', { path: { id }, body: { reason }, keepalive: true })
