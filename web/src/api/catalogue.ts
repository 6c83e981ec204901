// Making and changing what can be requested.
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client'
import { wholeList } from './list'
import type { AccessRequest, Durations, Flow, Form, Fulfilment, Kind, Limit, Page, Resource } from './types'

/** catalogueLimit is how many resources the page keeps to search at once; beyond it the server searches. */
export const catalogueLimit = 3000

/** catalogueQuery reads the whole catalogue, so that a search answers at each key. */
export const catalogueQuery = () =>
  queryOptions({
    queryKey: ['resources', 'all'] as const,
    queryFn: async ({ signal }) => {
      const items: Resource[] = []
      let cursor: string | undefined
      do {
        const page = await call<Page<Resource>>('get', '/api/v1/resources', {
          query: { limit: 200, cursor },
          signal,
        })
        items.push(...(page.items ?? []))
        cursor = page.next_cursor || undefined
      } while (cursor && items.length < catalogueLimit)
      return { items, complete: !cursor }
    },
    staleTime: 60_000,
  })

/** searchQuery is the server's answer for a catalogue that is too large to keep. */
export const searchQuery = (q: string, kind?: string, app?: string) =>
  queryOptions({
    queryKey: ['resources', 'search', q, kind ?? '', app ?? ''] as const,
    queryFn: ({ signal }) =>
      call<Page<Resource>>('get', '/api/v1/resources', { query: { q, kind, app, limit: 200 }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  })

/** partsQuery reads all that an app contains, by name. */
export const partsQuery = (app: string) =>
  queryOptions({
    queryKey: ['resources', 'parts', app] as const,
    queryFn: ({ signal }) => wholeList<Resource>('/api/v1/resources', { query: { app }, signal }),
    staleTime: 60_000,
  })

/** decidedQuery reads the latest approvals, from which the usual time to a decision is told. */
export const decidedQuery = () =>
  queryOptions({
    queryKey: ['requests', 'decided'] as const,
    queryFn: ({ signal }) =>
      call<Page<AccessRequest>>('get', '/api/v1/requests', {
        query: { state: 'approved', limit: 200 },
        signal,
      }),
    staleTime: 10 * 60_000,
    retry: false,
  })

export interface NewResource {
  kind: Kind
  app?: string
  slug?: string
  name: string
  description?: string
  physical?: boolean
  form?: Form
  flow?: Flow
  fulfilment?: Fulfilment
  revocation?: Fulfilment
  durations?: Durations
  audience?: string
  owners?: string[]
  /** Why they own it, or why the owners change. */
  reason?: string
  /** Of an app: what it begins with. */
  entitlements?: { name: string; slug?: string; description?: string }[]
}
/** An empty flow is the default chain again, an empty revocation "as it was fulfilled", an empty audience everyone. */
export type ResourcePatch = Partial<
  Omit<NewResource, 'kind' | 'app' | 'flow' | 'revocation' | 'entitlements'>
> & {
  flow?: Flow | Record<string, never>
  revocation?: Fulfilment | Record<string, never>
}

export const createResource = (body: NewResource, idempotencyKey: string) =>
  call<Resource>('post', '/api/v1/resources', { body, idempotencyKey })

export const updateResource = (id: string, body: ResourcePatch, version: number) =>
  call<Resource>('patch', '/api/v1/resources/{id}', { path: { id }, body, version })

export const deleteResource = (id: string, version: number, reason?: string) =>
  call<void>('delete', '/api/v1/resources/{id}', {
    path: { id },
    query: reason ? { reason } : undefined,
    version,
  })

/** constraintsQuery reads what limits a resource, and where each limit comes from. */
export const constraintsQuery = (id: string) =>
  queryOptions({
    queryKey: ['constraints', id] as const,
    queryFn: ({ signal }) =>
      call<{ limits: Limit[] | null; durations: Durations }>('get', '/api/v1/resources/{id}/constraints', {
        path: { id },
        signal,
      }),
    staleTime: 60_000,
  })
