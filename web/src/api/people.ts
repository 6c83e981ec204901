// The directory: lists of people, and people read from a file.
import { queryOptions } from '@tanstack/react-query'
import { call } from './client'
import { listQuery } from './list'
import type { Plan } from './plan'
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

/** importPeople reads a file of people; with preview nothing is changed. */
export const importPeople = (body: {
  format: 'csv' | 'json'
  text: string
  preview: boolean
  skip_invalid?: boolean
  accept_shrink?: boolean
}) => call<Plan | { plan: Plan }>('post', '/api/v1/import/people', { body })
