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

/** appNamesQuery reads the names of all apps once, by slug. */
export const appNamesQuery = () =>
  queryOptions({
    queryKey: ['resources', 'apps'] as const,
    queryFn: async ({ signal }) => {
      const names = new Map<string, string>()
      let cursor: string | undefined
      do {
        const page = await call<Page<Resource>>('get', '/api/v1/resources', {
          query: { kind: 'app', limit: 200, cursor },
          signal,
        })
        for (const a of page.items ?? []) names.set(a.slug, a.name)
        cursor = page.next_cursor || undefined
      } while (cursor && names.size < 5000)
      return names
    },
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
