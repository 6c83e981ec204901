import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client'
import type { Found } from './types'

/** searchQuery finds people, resources and requests by a few typed letters, in one call. */
export const searchQuery = (q: string) =>
  queryOptions({
    queryKey: ['search', q] as const,
    queryFn: ({ signal }) => call<Found>('get', '/api/v1/search', { query: { q, limit: 6 }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  })
