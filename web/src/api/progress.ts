// How far targets are with what a resource or a role needs.
import { queryOptions } from '@tanstack/react-query'
import { call } from './client'
import { listQuery } from './list'
import type { components } from './schema'
import type { Page } from './types'

export type Progress = components['schemas']['Progress']
export type PendingPerson = components['schemas']['PendingPerson']

/** progressQuery reads what is under way or failing: of a resource, or of all that a role gives and takes away. */
export const progressQuery = (resource: string) =>
  queryOptions({
    queryKey: ['progress', resource] as const,
    queryFn: ({ signal }) =>
      call<Page<Progress>>('get', '/api/v1/resources/{id}/progress', { path: { id: resource }, signal }),
  })

/** pendingQuery lists the people whom the target does not have yet, or still has. */
export const pendingQuery = (p: Progress, q: string) =>
  listQuery<PendingPerson>(
    ['pending', p.resource.id],
    '/api/v1/resources/{id}/pending',
    { role: p.role?.slug, direction: p.direction, q: q || undefined, limit: 50 },
    { id: p.resource.slug },
  )

export const retryNow = (p: Progress) =>
  call<{ tried: number }>('post', '/api/v1/resources/{id}/retry', {
    path: { id: p.resource.slug },
    body: p.role ? { role: p.role.slug } : {},
  })
