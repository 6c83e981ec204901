// What a change would do, asked before it is made: any write that takes ?dry_run=true.
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client'
import type { components } from './schema'

export type Impact = components['schemas']['Impact']
export type ImpactItem = components['schemas']['ImpactItem']
export type Rehearsal = components['schemas']['Rehearsal']

export interface Trial {
  method: 'post' | 'put' | 'patch' | 'delete'
  path: string
  params?: Record<string, string>
  query?: Record<string, string | undefined>
  body?: unknown
}

/** tryQuery asks what a write would do. What the write refuses is refused here as well. */
export const tryQuery = (trial: Trial | null) =>
  queryOptions({
    queryKey: ['try', trial] as const,
    queryFn: ({ signal }) =>
      call<Rehearsal>(trial?.method ?? 'post', trial?.path ?? '', {
        path: trial?.params,
        query: { ...trial?.query, dry_run: 'true' },
        body: trial?.body,
        signal,
      }),
    enabled: trial !== null,
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    gcTime: 30_000,
    retry: false,
  })
