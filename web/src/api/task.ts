import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client'
import { listQuery } from './list'
import type { Page, Task } from './types'

export interface TaskFilter {
  assignee?: string
  state?: string
  request?: string
  limit?: number
}
export const tasksQuery = (filter: TaskFilter) => listQuery<Task>(['tasks'], '/api/v1/tasks', { ...filter })

/** myTasksQuery reads what the caller may work on: theirs, and those of their groups that nobody has claimed. */
export const myTasksQuery = () =>
  queryOptions({
    queryKey: ['tasks', 'mine'] as const,
    queryFn: ({ signal }) =>
      call<Page<Task>>('get', '/api/v1/tasks', { query: { assignee: 'me', limit: 50 }, signal }),
    placeholderData: keepPreviousData,
  })

export const claimTask = (id: string) => call<Task>('post', '/api/v1/tasks/{id}/claim', { path: { id } })
export const completeTask = (id: string, evidence: string) =>
  call<Task>('post', '/api/v1/tasks/{id}/complete', { path: { id }, body: { evidence } })
export const rejectTask = (id: string, reason: string) =>
  call<Task>('post', '/api/v1/tasks/{id}/reject', { path: { id }, body: { reason } })
