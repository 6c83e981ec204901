// Work items one by one, beside the lists of task.ts.
import { queryOptions } from '@tanstack/react-query'
import { call } from './client'
import { listQuery } from './list'
import type { Task } from './types'

export const taskQuery = (id: string) =>
  queryOptions({
    queryKey: ['task', id] as const,
    queryFn: ({ signal }) => call<Task>('get', '/api/v1/tasks/{id}', { path: { id }, signal }),
  })
export const taskListQuery = (filter: { assignee?: string; state?: string; q?: string; sort?: string }) =>
  listQuery<Task>(['tasks'], '/api/v1/tasks', { limit: 100, ...filter })
export const unclaimTask = (id: string) => call<Task>('post', '/api/v1/tasks/{id}/unclaim', { path: { id } })
