import { queryOptions } from '@tanstack/react-query'
import { call } from './client'
import { listQuery } from './list'
import type { AuditEvent } from './types'

export interface EventFilter {
  actor?: string
  object?: string
  verb?: string
  since?: string
  until?: string
  q?: string
  limit?: number
}
export const eventsQuery = (filter: EventFilter) =>
  listQuery<AuditEvent>(['events'], '/api/v1/events', { limit: 100, ...filter })
export const userHistoryQuery = (id: string) =>
  listQuery<AuditEvent>(['events', 'user', id], '/api/v1/users/{id}/history', { limit: 50 }, { id })
export const resourceHistoryQuery = (id: string) =>
  listQuery<AuditEvent>(['events', 'resource', id], '/api/v1/resources/{id}/history', { limit: 50 }, { id })

export interface Checkpoint {
  origin?: string
  size: number
  root: string
  time?: string
  at?: string
  /** The signed note, as a verifier reads it. */
  note?: string
  /** The public key's verifier text. */
  key?: string
}
export const checkpointQuery = () =>
  queryOptions({
    queryKey: ['checkpoint'] as const,
    queryFn: ({ signal }) => call<Checkpoint>('get', '/api/v1/audit/checkpoint', { signal }),
  })
export const exportPath = '/api/v1/audit/export'
