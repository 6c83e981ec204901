import { queryOptions } from '@tanstack/react-query'
import { call } from './client'
import type { Delegation, Page } from './types'

/** delegationsQuery reads who votes in the caller's place, and in whose place the caller does. */
export const delegationsQuery = () =>
  queryOptions({
    queryKey: ['delegations'] as const,
    queryFn: ({ signal }) => call<Page<Delegation>>('get', '/api/v1/delegations', { signal }),
  })

export const delegate = (body: { to: string; starts_at?: string; ends_at: string; reason?: string }) =>
  call<Delegation>('post', '/api/v1/delegations', { body })

export const endDelegation = (id: string) =>
  call<void>('delete', '/api/v1/delegations/{id}', { path: { id } })
