// The directory: lists of people, and people read from a file.
import { queryOptions } from '@tanstack/react-query'
import { call, send } from './client'
import type { Sync } from './connection'
import { listQuery } from './list'
import type { User } from './types'

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

/** departmentsQuery reads the departments of active people, for a filter. */
export const departmentsQuery = () =>
  queryOptions({
    queryKey: ['users', 'departments'] as const,
    queryFn: async ({ signal }) =>
      (await call<{ items: string[] | null }>('get', '/api/v1/departments', { signal })).items ?? [],
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
