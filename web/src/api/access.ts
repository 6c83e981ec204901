// Grants in lists: what one holds, what one owns, everything; and what was lost.
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client'
import { listQuery, wholeList } from './list'
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

/** myGrantsQuery reads the caller's own living grants, all of them. */
export const myGrantsQuery = () =>
  queryOptions({
    queryKey: ['grants', 'mine'] as const,
    queryFn: ({ signal }) =>
      wholeList<Grant>('/api/v1/grants', { query: { subject: 'user:me', active: true }, signal }),
  })

/** accessAtQuery reads all that a person held at a moment; without one, what they hold now. */
export const accessAtQuery = (user: string, at?: string) =>
  queryOptions({
    queryKey: ['access', user, at ?? ''] as const,
    queryFn: async ({ signal }) => ({
      items: await wholeList<Access>('/api/v1/users/{id}/access', {
        path: { id: user },
        query: { at },
        signal,
      }),
    }),
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
    { limit: 50, total: true, ...filter },
    { id: resource },
  )

/** allHolders reads every page of a filter, for an export. */
export const allHolders = (resource: string, filter: HolderFilter) =>
  wholeList<Access>('/api/v1/resources/{id}/holders', { path: { id: resource }, query: { ...filter } })

/** mostExported is how many rows an export of the page takes; the history exports all, as a stream. */
export const mostExported = 50_000

/** allGrants reads every page of a filter, for an export; more says that there are others. */
export async function allGrants(filter: GrantListFilter): Promise<{ items: Grant[]; more: boolean }> {
  const items: Grant[] = []
  let cursor: string | undefined
  do {
    const page = await call<Page<Grant>>('get', '/api/v1/grants', {
      query: { ...filter, limit: 200, cursor },
    })
    items.push(...(page.items ?? []))
    cursor = page.next_cursor || undefined
  } while (cursor && items.length < mostExported)
  return { items, more: !!cursor }
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
