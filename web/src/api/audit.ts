import { queryOptions } from '@tanstack/react-query'
import { address, call } from './client'
import { listQuery } from './list'
import type { AuditEvent, Page } from './types'

export interface EventFilter {
  actor?: string
  object?: string
  user?: string
  resource?: string
  /** About this app, or anything that it contains. */
  app?: string
  request?: string
  /** About whatever has this id. */
  ref?: string
  verb?: string
  since?: string
  until?: string
  q?: string
  /** Words that were written with it; a page of it may be short, or empty, before the last. */
  said?: string
  /** 'id' is the oldest first; absent: the newest. */
  sort?: string
  limit?: number
}
/** eventsPage is how many events a page has. */
export const eventsPage = 100
export const eventsQuery = (filter: EventFilter) =>
  listQuery<AuditEvent>(['events'], '/api/v1/events', { limit: eventsPage, ...filter })
/** newestQuery reads the newest event that matches, each time the log grows; the list itself stays as it is read. */
export const newestQuery = (filter: EventFilter) =>
  queryOptions({
    queryKey: ['events', 'newest', filter] as const,
    queryFn: async ({ signal }) =>
      (await call<Page<AuditEvent>>('get', '/api/v1/events', { query: { ...filter, limit: 1 }, signal }))
        .items?.[0] ?? null,
    retry: false,
  })
export const userHistoryQuery = (id: string) =>
  listQuery<AuditEvent>(['history', 'user', id], '/api/v1/users/{id}/history', { limit: 50 }, { id })
export const resourceHistoryQuery = (id: string) =>
  listQuery<AuditEvent>(['history', 'resource', id], '/api/v1/resources/{id}/history', { limit: 50 }, { id })

export interface Checkpoint {
  /** How many events the log had. */
  size: number
  at: string
  /** The signed text, for `sallyport audit verify --since`. */
  note: string
  /** The public key that checks the signature. */
  key: string
}
export const checkpointQuery = () =>
  queryOptions({
    queryKey: ['checkpoint'] as const,
    queryFn: ({ signal }) => call<Checkpoint>('get', '/api/v1/audit/checkpoint', { signal }),
  })
export const exportPath = '/api/v1/audit/export'
/** eventsFile is the address of all events that match, as one file. */
export const eventsFile = (format: 'csv' | 'json', { limit: _, ...filter }: EventFilter) =>
  address('/api/v1/events/export', { format, ...filter })
