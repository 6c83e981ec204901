// Roles as a whole: reorganized as one change, taken back, and what people have in common.
import { queryOptions } from '@tanstack/react-query'
import { call } from './client'
import { listQuery } from './list'
import type { components } from './schema'

export type Reorganization = components['schemas']['Reorganization']
export type Reorganized = components['schemas']['Reorganized']
export type Shared = components['schemas']['Shared']
export type SharedItem = components['schemas']['SharedItem']

export const reorganizePath = '/api/v1/reorganizations'
export const undoPath = '/api/v1/reorganizations/{id}/undo'

export const reorganizationsQuery = () =>
  listQuery<Reorganized>(['reorganizations'], reorganizePath, { limit: 50 })

export const reorganize = (body: Reorganization, idempotencyKey: string) =>
  call<Reorganized>('post', reorganizePath, { body, idempotencyKey })

export const undoReorganization = (id: string) => call<Reorganized>('post', undoPath, { path: { id } })

/** compareQuery says what several people have, and who of them. */
export const compareQuery = (users: readonly string[]) =>
  queryOptions({
    queryKey: ['access', 'compare', users] as const,
    queryFn: ({ signal }) =>
      call<Shared>('get', '/api/v1/compare', { query: { users: users.join(',') }, signal }),
    enabled: users.length > 0,
  })
