// What belongs to one's own account: tokens, sessions, absence, messages.
import { queryOptions } from '@tanstack/react-query'
import { call } from './client'
import { listQuery } from './list'
import type { Page, UserRef } from './types'

export interface Token {
  id: string
  user: UserRef
  name: string
  scopes: string[] | null
  created_at: string
  expires_at: string
  last_used_at?: string
  revoked_at?: string
}
export interface Session {
  id: string
  user: UserRef
  agent?: string
  address?: string
  created_at: string
  seen_at: string
  expires_at: string
  current: boolean
}
export interface Delegation {
  id: string
  from: UserRef
  to: UserRef
  starts_at: string
  ends_at: string
  reason?: string
  ended_at?: string
  created_at: string
}
export interface Message {
  id: string
  kind: string
  title: string
  body?: string
  link?: string
  read_at?: string
  created_at: string
}

/** Whose: "me", or "all" for admins. */
export const tokensQuery = (user: string) =>
  queryOptions({
    queryKey: ['tokens', user] as const,
    queryFn: ({ signal }) =>
      call<Page<Token>>('get', '/api/v1/tokens', { query: { user, limit: 200 }, signal }),
  })
export const createToken = (body: { name: string; scopes: string[]; expires_at?: string }) =>
  call<Token & { token?: string; secret?: string }>('post', '/api/v1/tokens', { body })
export const revokeToken = (id: string) => call<void>('delete', '/api/v1/tokens/{id}', { path: { id } })

export const sessionsQuery = (user: string) =>
  queryOptions({
    queryKey: ['sessions', user] as const,
    queryFn: ({ signal }) =>
      call<Page<Session>>('get', '/api/v1/sessions', { query: { user, limit: 200 }, signal }),
  })
export const revokeSession = (id: string) => call<void>('delete', '/api/v1/sessions/{id}', { path: { id } })

export const delegationsQuery = (user: string) =>
  queryOptions({
    queryKey: ['delegations', user] as const,
    queryFn: ({ signal }) =>
      call<Page<Delegation>>('get', '/api/v1/delegations', { query: { user, limit: 100 }, signal }),
  })
export const createDelegation = (
  body: { to: string; starts_at?: string; ends_at: string; reason?: string },
  idempotencyKey: string,
) => call<Delegation>('post', '/api/v1/delegations', { body, idempotencyKey })
export const endDelegation = (id: string) =>
  call<void>('delete', '/api/v1/delegations/{id}', { path: { id } })

export const messagesQuery = (unread: boolean) =>
  listQuery<Message>(['notices'], '/api/v1/inbox', { unread: unread || undefined, limit: 50 })
/** Without ids everything is marked. */
export const markRead = (ids?: readonly string[]) =>
  call<void>('post', '/api/v1/inbox/read', { body: ids ? { ids } : undefined })
