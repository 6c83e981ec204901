// What belongs to one's own account: tokens and sessions.
import { call } from './client'
import { listQuery } from './list'
import type { UserRef } from './types'

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
/** Whose: "me", or "all" for admins. */
export const tokensQuery = (user: string) =>
  listQuery<Token>(['tokens'], '/api/v1/tokens', { user, limit: 100 })
/** The answer holds the secret, this once. */
export const createToken = (body: { name: string; scopes: string[]; expires_in: string }) =>
  call<Token & { token: string }>('post', '/api/v1/tokens', { body })
export const revokeToken = (id: string) => call<void>('delete', '/api/v1/tokens/{id}', { path: { id } })

export const sessionsQuery = (user: string) =>
  listQuery<Session>(['sessions'], '/api/v1/sessions', { user, limit: 100 })
export const revokeSession = (id: string) => call<void>('delete', '/api/v1/sessions/{id}', { path: { id } })
