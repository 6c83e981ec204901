// Systems outside: what is configured, whether it answers, what a read would change.
import { queryOptions } from '@tanstack/react-query'
import { call } from './client'
import { listQuery } from './list'
import type { Plan } from './plan'
import type { Page, Relation, ResourceRef, UserRef } from './types'

export interface Connection {
  id: string
  slug: string
  name: string
  kind: string
  settings: Record<string, string> | null
  /** Names of the secret settings that have a value. The values are never shown again. */
  secrets: string[] | null
  directory: boolean
  sync_every?: string
  next_sync_at?: string
  paused_at?: string
  checked_at?: string
  check_error?: string
  version: number
  created_at: string
  updated_at: string
}
export interface ConnectorField {
  name: string
  title: string
  help?: string
  secret?: boolean
  required?: boolean
  advanced?: boolean
  type?: '' | 'text' | 'long_text' | 'number' | 'checkbox' | 'choice' | 'url' | 'duration'
  default?: string
  options?: string[] | null
}
export interface ConnectorKind {
  name: string
  title: string
  help?: string
  fields: ConnectorField[] | null
  icon?: string
  directory?: boolean
  writer?: boolean
}
export interface Sync {
  id: string
  connection?: string
  source: string
  state: 'running' | 'preview' | 'applied' | 'refused' | 'failed'
  plan: Plan
  creates: number
  changes: number
  removes: number
  error?: string
  started_by?: UserRef
  started_at: string
  finished_at?: string
}

/** One difference between what ought to be and what is in a target. */
export interface Drift {
  kind: 'unknown_account' | 'only_in_target' | 'missing_in_target'
  resource: ResourceRef
  account?: string
  user?: UserRef
  relation: Relation
  since: string
  words: string
}

const root = '/api/v1/connections'

export const connectionsQuery = () =>
  queryOptions({
    queryKey: ['connections'] as const,
    queryFn: ({ signal }) => call<Page<Connection>>('get', root, { query: { limit: 200 }, signal }),
  })
export const connectionQuery = (id: string) =>
  queryOptions({
    queryKey: ['connections', id] as const,
    queryFn: ({ signal }) => call<Connection>('get', `${root}/{id}`, { path: { id }, signal }),
  })
export const connectorKindsQuery = () =>
  queryOptions({
    queryKey: ['connector-kinds'] as const,
    queryFn: ({ signal }) => call<Page<ConnectorKind>>('get', '/api/v1/connector-kinds', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
export const driftQuery = (id: string) =>
  queryOptions({
    queryKey: ['connections', id, 'drift'] as const,
    queryFn: ({ signal }) => call<Page<Drift>>('get', `${root}/{id}/drift`, { path: { id }, signal }),
  })
export const syncsQuery = (connection?: string) =>
  listQuery<Sync>(['connections', 'syncs'], '/api/v1/syncs', { connection, limit: 20 })

export interface NewConnection {
  slug?: string
  name: string
  kind: string
  settings?: Record<string, string>
  directory?: boolean
  sync_every?: string
}
export const createConnection = (body: NewConnection, idempotencyKey: string) =>
  call<Connection>('post', root, { body, idempotencyKey })

export interface ConnectionPatch {
  name?: string
  settings?: Record<string, string>
  directory?: boolean
  /** "" turns the schedule off. */
  sync_every?: string
  paused?: boolean
}
export const updateConnection = (id: string, body: ConnectionPatch, version: number) =>
  call<Connection>('patch', `${root}/{id}`, { path: { id }, body, version })
export const deleteConnection = (id: string, reason?: string) =>
  call<void>('delete', `${root}/{id}`, { path: { id }, query: reason ? { reason } : undefined })
export const checkConnection = (id: string) =>
  call<Connection>('post', `${root}/{id}/check`, { path: { id } })
export const syncConnection = (id: string, body: { preview?: boolean; accept_shrink?: boolean }) =>
  call<Sync>('post', `${root}/{id}/sync`, { path: { id }, body })
