// Grants in lists: what one holds, what one owns, everything; and what was lost.
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client'
import { listQuery } from './list'
import type { Access, Grant, Page, Relation, ResultItem } from './types'

export interface GrantListFilter {
  subject?: string
  resource?: string
  app?: string
  relation?: string
  state?: string
  origin?: string
  owned_by?: string
  active?: boolean
  /** Giving its access at that moment, in place of active. */
  at?: string
  expiring_before?: string
  q?: string
  sort?: string
  limit?: number
  total?: boolean
}
export const grantListQuery = (filter: GrantListFilter) =>
  listQuery<Grant>(['grants'], '/api/v1/grants', { limit: 100, ...filter })

/** accessAtQuery reads all that a person held at a moment; without one, what they hold now. */
export const accessAtQuery = (user: string, at?: string) =>
  queryOptions({
    queryKey: ['access', user, at ?? ''] as const,
    queryFn: ({ signal }) => wholeOf('/api/v1/users/{id}/access', user, { at }, 2000, signal),
    placeholderData: keepPreviousData,
  })

export interface HolderFilter {
  relation?: Relation
  at?: string
  q?: string
}
/** holdersListQuery reads who holds a resource page after page, by name; the first page says how many there are. */
export const holdersListQuery = (resource: string, filter: HolderFilter) =>
  listQuery<Access>(
    ['holders', resource],
    '/api/v1/resources/{id}/holders',
    { limit: 100, total: true, ...filter },
    { id: resource },
  )

/** allHolders reads every page of a filter, for an export. */
export const allHolders = async (resource: string, filter: HolderFilter) =>
  (await wholeOf('/api/v1/resources/{id}/holders', resource, { ...filter }, Number.POSITIVE_INFINITY)).items

/** wholeOf reads page after page, so many rows at most; more says that there are others. */
async function wholeOf(
  path: string,
  id: string,
  query: Record<string, string | undefined>,
  most: number,
  signal?: AbortSignal,
) {
  const items: Access[] = []
  let cursor: string | undefined
  do {
    const page = await call<Page<Access>>('get', path, {
      path: { id },
      query: { ...query, limit: 200, cursor },
      signal,
    })
    items.push(...(page.items ?? []))
    cursor = page.next_cursor || undefined
  } while (cursor && items.length < most)
  return { items, more: !!cursor }
}

/** holdersAtQuery reads who holds a resource at a moment; without one, now. */
export const holdersAtQuery = (resource: string, relation?: string, at?: string) =>
  queryOptions({
    queryKey: ['holders', resource, relation ?? '', at ?? ''] as const,
    queryFn: ({ signal }) =>
      wholeOf('/api/v1/resources/{id}/holders', resource, { relation, at }, 1000, signal),
    placeholderData: keepPreviousData,
  })

/** allGrants reads every page of a filter, for an export. */
export async function allGrants(filter: GrantListFilter, most = 50_000): Promise<Grant[]> {
  const items: Grant[] = []
  let cursor: string | undefined
  do {
    const page = await call<Page<Grant>>('get', '/api/v1/grants', {
      query: { ...filter, limit: 200, cursor },
    })
    items.push(...(page.items ?? []))
    cursor = page.next_cursor || undefined
  } while (cursor && items.length < most)
  return items
}

/** endGrants ends several; each row has its own outcome. */
export const endGrants = (ids: readonly string[], reason: string) =>
  call<{ items: ResultItem[] | null }>('post', '/api/v1/grants/end', {
    body: { ids, reason },
  })

export interface Give {
  subject: string
  resource: string
  relation?: string
  duration?: string
  until?: string
  no_end?: boolean
  reason?: string
  replace?: boolean
}
export const give = (body: Give, idempotencyKey: string) =>
  call<Grant>('post', '/api/v1/grants', { body, idempotencyKey })
