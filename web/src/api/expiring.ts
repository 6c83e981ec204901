// Grants that come to an end, operations on many of them, and saved views of their table.
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client'
import { listQuery } from './list'
import type { Batch, BatchAction, BatchItem, Expiring, Page, SavedView } from './types'

export interface ExpiringFilter {
  scope?: string
  q?: string
  app?: string
  role?: string
  resource?: string
  person?: string
  manager?: string
  via?: string
  relation?: string
  from?: string
  to?: string
  reviewed?: string
}

/** expiringQuery reads the list page by page. Its key begins as that of grants, so that it follows them. */
export const expiringQuery = (filter: ExpiringFilter, sort?: string) =>
  listQuery<Expiring>(['grants', 'expiring'], '/api/v1/grants/expiring', {
    limit: 100,
    total: true,
    ...filter,
    sort,
  })

/** maxBatch is how many grants one operation takes. */
export const maxBatch = 10_000

/**
 * allExpiringQuery reads the same list for an operation on all of it, in large pages. It stands still meanwhile: what others
 * change does not move the rows under the hand, and the server asks of each row again.
 */
export const allExpiringQuery = (filter: ExpiringFilter, sort?: string) => ({
  ...listQuery<Expiring>(['renewal'], '/api/v1/grants/expiring', {
    limit: 200,
    total: true,
    ...filter,
    sort,
  }),
  placeholderData: undefined,
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 0,
})

export interface NewBatch {
  action: BatchAction
  items?: { grant_id: string; duration?: string; until?: string }[]
  filter?: ExpiringFilter
  duration?: string
  until?: string
  reason?: string
  atomic?: boolean
}
export const startBatch = (body: NewBatch, idempotencyKey: string) =>
  call<Batch>('post', '/api/v1/batches', { body, idempotencyKey })

/** batchQuery follows a batch: by the stream, and by asking while it works, as the stream may lose a word. */
export const batchQuery = (id: string) =>
  queryOptions({
    queryKey: ['batch', id] as const,
    queryFn: ({ signal }) => call<Batch>('get', '/api/v1/batches/{id}', { path: { id }, signal }),
    refetchInterval: (q) => (q.state.data?.state === 'working' ? 1500 : false),
  })
export const batchItemsQuery = (id: string, state?: string) =>
  listQuery<BatchItem>(['batch', id, 'items'], '/api/v1/batches/{id}/items', { limit: 20, state }, { id })
export const undoBatchPath = '/api/v1/batches/{id}/undo'
export const undoBatch = (id: string, idempotencyKey: string) =>
  call<Batch>('post', undoBatchPath, { path: { id }, body: {}, idempotencyKey })

export const viewsQuery = (page: string) =>
  queryOptions({
    queryKey: ['views', page] as const,
    queryFn: ({ signal }) => call<Page<SavedView>>('get', '/api/v1/views', { query: { page }, signal }),
    placeholderData: keepPreviousData,
  })
export const saveView = (body: { page: string; name: string; query: string }) =>
  call<SavedView>('post', '/api/v1/views', { body })
export const deleteView = (id: string) => call<void>('delete', '/api/v1/views/{id}', { path: { id } })
