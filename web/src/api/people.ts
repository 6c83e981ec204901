// The directory: lists of people, and people read from a file.
import { queryOptions } from '@tanstack/react-query'
import { call, send } from './client'
import type { Sync } from './connection'
import { listQuery } from './list'
import type { Page, User } from './types'

export interface PeopleFilter {
  q?: string
  state?: string
  department?: string
  manager?: string
  kind?: string
  sort?: string
  limit?: number
  total?: boolean
}
export const peopleQuery = (filter: PeopleFilter) =>
  listQuery<User>(['users'], '/api/v1/users', { limit: 60, ...filter })

/** departmentsQuery collects the departments of the people, for a filter. */
export const departmentsQuery = () =>
  queryOptions({
    queryKey: ['users', 'departments'] as const,
    queryFn: async ({ signal }) => {
      const names = new Set<string>()
      let cursor: string | undefined
      for (let i = 0; i < 10; i++) {
        const page = await call<Page<User>>('get', '/api/v1/users', {
          query: { limit: 200, cursor, sort: 'department' },
          signal,
        })
        for (const u of page.items ?? []) if (u.department) names.add(u.department)
        cursor = page.next_cursor || undefined
        if (!cursor) break
      }
      return [...names].sort((a, b) => a.localeCompare(b))
    },
    staleTime: 10 * 60_000,
    retry: false,
  })

export interface ImportOptions {
  /** The file's name, for the places of faults. */
  name?: string
  preview: boolean
  /** Apply what is right and leave out what is wrong. */
  skip_invalid?: boolean
  /** Apply although suspiciously many people are missing. */
  accept_shrink?: boolean
}
/** importPeople sends a file of people as it is; with preview nothing is changed. */
export const importPeople = (text: string, o: ImportOptions) =>
  send<Sync>('/api/v1/import/people', text, 'application/octet-stream', { ...o })
