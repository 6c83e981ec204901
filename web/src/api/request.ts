import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client'
import { listQuery } from './list'
import type { AccessRequest, Ask, Insight, NewThing, Page, Preview } from './types'

export interface RequestFilter {
  state?: string
  requester?: string
  beneficiary?: string
  resource?: string
  assignee?: string
  /** Who voted on it. */
  decided_by?: string
  /** Requester or beneficiary. */
  party?: string
  kind?: string
  q?: string
  limit?: number
  total?: boolean
}

export const requestQuery = (id: string) =>
  queryOptions({
    queryKey: ['request', id] as const,
    queryFn: ({ signal }) => call<AccessRequest>('get', '/api/v1/requests/{id}', { path: { id }, signal }),
  })

export const requestsQuery = (filter: RequestFilter) =>
  listQuery<AccessRequest>(['requests'], '/api/v1/requests', { ...filter })

/** inboxQuery reads what waits for the caller's vote, oldest first. */
export const inboxQuery = () =>
  queryOptions({
    queryKey: ['inbox'] as const,
    queryFn: ({ signal }) =>
      call<Page<AccessRequest>>('get', '/api/v1/requests', {
        query: { assignee: 'me', state: 'pending', hints: true, limit: 200 },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

/** previewQuery asks what would happen: who decides, which limits apply, what the person has. Nothing is written. */
export const previewQuery = (ask: Ask) =>
  queryOptions({
    queryKey: ['preview', ask] as const,
    queryFn: ({ signal }) => call<Preview>('post', '/api/v1/requests/preview', { body: ask, signal }),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  })

export const createRequest = (ask: Ask, idempotencyKey: string) =>
  call<AccessRequest>('post', '/api/v1/requests', { body: ask, idempotencyKey })

/** askMany files several requests that belong together; each has its own outcome. */
export const askMany = (items: readonly Omit<Ask, 'answers'>[], idempotencyKey: string) =>
  call<{ batch_id: string; items: AskedItem[] }>('post', '/api/v1/requests/batch', {
    body: { items },
    idempotencyKey,
  })
export interface AskedItem {
  resource: string
  status: number
  detail?: string
  request?: AccessRequest
}

export interface Ballot {
  vote: 'approve' | 'deny'
  comment?: string
  version: number
  duration?: string
  /** Approve something new as edited: its whole form. */
  edited?: NewThing
  /** By an admin who saw how many grants it shortens. */
  accept?: boolean
}
export const vote = (id: string, ballot: Ballot, idempotencyKey: string) =>
  call<AccessRequest>('post', '/api/v1/requests/{id}/votes', {
    path: { id },
    body: ballot,
    idempotencyKey,
    keepalive: true,
  })

export const cancelRequest = (id: string, reason?: string) =>
  call<AccessRequest>('post', '/api/v1/requests/{id}/cancel', {
    path: { id },
    body: reason ? { reason } : undefined,
    keepalive: true,
  })

/** insightQuery reads what helps to decide: who near the person has it, what they had and hold. */
export const insightQuery = (id: string) =>
  queryOptions({
    queryKey: ['request', id, 'insight'] as const,
    queryFn: ({ signal }) => call<Insight>('get', '/api/v1/requests/{id}/insight', { path: { id }, signal }),
    staleTime: 60_000,
  })

export const remind = (id: string) => call<void>('post', '/api/v1/requests/{id}/remind', { path: { id } })

/** replaceApprovers puts others in the place of a stage that is stuck; admins only. */
export const replaceApprovers = (id: string, approvers: string[], reason: string) =>
  call<AccessRequest>('post', '/api/v1/requests/{id}/approvers', {
    path: { id },
    body: { approvers, reason },
  })
