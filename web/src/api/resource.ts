import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client'
import { listQuery } from './list'
import type { Access, Page, Resource } from './types'

export interface ResourceFilter {
  q?: string
  kind?: string
  app?: string
  tag?: string
  limit?: number
}

export const resourceQuery = (id: string) =>
  queryOptions({
    queryKey: ['resource', id] as const,
    queryFn: ({ signal }) => call<Resource>('get', '/api/v1/resources/{id}', { path: { id }, signal }),
    staleTime: 60_000,
  })

export const resourcesQuery = (filter: ResourceFilter) =>
  listQuery<Resource>(['resources'], '/api/v1/resources', { ...filter })

/** appsQuery reads the apps once, for their names. */
export const appsQuery = () =>
  queryOptions({
    queryKey: ['resources', 'apps'] as const,
    queryFn: ({ signal }) =>
      call<Page<Resource>>('get', '/api/v1/resources', { query: { kind: 'app', limit: 200 }, signal }),
    staleTime: 10 * 60_000,
  })

/** findResources is the short answer to a few typed letters. */
export const findResources = (q: string, kind = '') =>
  queryOptions({
    queryKey: ['resources', 'find', q, kind] as const,
    queryFn: ({ signal }) =>
      call<Page<Resource>>('get', '/api/v1/resources', { query: { q, kind, limit: 12 }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  })

/** holdersQuery reads who holds a resource now, with the paths that say why. */
export const holdersQuery = (id: string, relation?: string) =>
  queryOptions({
    queryKey: ['holders', id, relation ?? ''] as const,
    queryFn: ({ signal }) =>
      call<Page<Access>>('get', '/api/v1/resources/{id}/holders', {
        path: { id },
        query: { relation, limit: 200 },
        signal,
      }),
    placeholderData: keepPreviousData,
  })
