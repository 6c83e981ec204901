import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client'
import { listQuery, wholeList } from './list'
import type { Page, User } from './types'

export const userQuery = (id: string) =>
  queryOptions({
    queryKey: ['user', id] as const,
    queryFn: ({ signal }) => call<User>('get', '/api/v1/users/{id}', { path: { id }, signal }),
    staleTime: 60_000,
  })

export const usersQuery = (filter: { q?: string; state?: string; limit?: number }) =>
  listQuery<User>(['users'], '/api/v1/users', { ...filter })

/** findUsers is the short answer to a few typed letters. */
export const findUsers = (q: string) =>
  queryOptions({
    queryKey: ['users', 'find', q] as const,
    queryFn: ({ signal }) => call<Page<User>>('get', '/api/v1/users', { query: { q, limit: 12 }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  })

/** reportsQuery reads the people whose manager is the given one. */
export const reportsQuery = (manager: string) =>
  queryOptions({
    queryKey: ['users', 'reports', manager] as const,
    queryFn: async ({ signal }) => ({
      items: await wholeList<User>('/api/v1/users', { query: { manager }, signal }),
    }),
    staleTime: 60_000,
    retry: false,
  })

/** eraseUser erases what is personal about somebody who has left, for good. Twice changes nothing more. */
export const eraseUser = (id: string, reason: string) =>
  call<User>('post', '/api/v1/users/{id}/erase', { path: { id }, body: { reason } })
