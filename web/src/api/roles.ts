// Roles as a whole: reorganized as one change, taken back, and what people have in common.
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client'
import { listQuery } from './list'
import type { components } from './schema'

export type Reorganization = components['schemas']['Reorganization']
export type Reorganized = components['schemas']['Reorganized']
export type RunRole = components['schemas']['RunRole']
export type Shared = components['schemas']['Shared']
export type SharedItem = components['schemas']['SharedItem']

export const reorganizePath = '/api/v1/reorganizations'
export const undoPath = '/api/v1/reorganizations/{id}/undo'

export const reorganizationsQuery = () =>
  listQuery<Reorganized>(['reorganizations'], reorganizePath, { limit: 50 })

export const reorganize = (body: Reorganization, idempotencyKey: string) =>
  call<Reorganized>('post', reorganizePath, { body, idempotencyKey })

export const undoReorganization = (id: string) => call<Reorganized>('post', undoPath, { path: { id } })

/** undoneWords says what was taken back, and what of it did not come back as it was. */
export const undoneWords = (c: Reorganized) => [`Undone: ${c.title}.`, ...(c.notes ?? [])].join(' ')

/** rolesRunQuery lists the roles that somebody runs, with what an owner wants to know of each. */
export const rolesRunQuery = (owner: string, at?: string) =>
  listQuery<RunRole>(['access', 'roles'], '/api/v1/roles', { owner, at, limit: 50 })

/** compareQuery says what several people have, and who of them, at a moment; without one, now. */
export const compareQuery = (users: readonly string[], at?: string) =>
  queryOptions({
    queryKey: ['access', 'compare', users, at ?? ''] as const,
    queryFn: ({ signal }) =>
      call<Shared>('get', '/api/v1/compare', { query: { users: users.join(','), at }, signal }),
    placeholderData: keepPreviousData,
    enabled: users.length > 0,
  })
