import { queryOptions, useQuery } from '@tanstack/react-query'
import { call } from './client'
import { wholeList } from './list'
import type { Constraint, Constraints, Page, Resource, Tag } from './types'

/** tagsQuery reads all tags; a company has tens of them. */
export const tagsQuery = () =>
  queryOptions({
    queryKey: ['tags'] as const,
    queryFn: async ({ signal }) => ({ items: await wholeList<Tag>('/api/v1/tags', { signal }) }),
  })

/** useConstraints reads which constraints a tag may have, what forms call them and what they say; once for all pages. */
export const useConstraints = (): readonly Constraint[] =>
  useQuery({
    queryKey: ['constraint-keys'] as const,
    queryFn: ({ signal }) => call<Page<Constraint>>('get', '/api/v1/constraints', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  }).data?.items ?? []

/** taggedQuery reads what carries a tag itself; an app's tags reach what is in it as well. */
export const taggedQuery = (tag: string) =>
  queryOptions({
    queryKey: ['resources', 'tagged', tag] as const,
    queryFn: ({ signal }) =>
      call<Page<Resource>>('get', '/api/v1/resources', { query: { tag, limit: 50, total: true }, signal }),
  })

export interface TagDraft {
  name: string
  description?: string
  enabled: boolean
  constraints: Constraints
  /** Also when it cuts many grants: by an admin who saw how many. */
  accept?: boolean
}

/** saveTag adds a tag, or changes the one with that id. */
export const saveTag = (id: string | undefined, tag: TagDraft) =>
  id
    ? call<Tag>('patch', '/api/v1/tags/{id}', { path: { id }, body: tag })
    : call<Tag>('post', '/api/v1/tags', { body: tag })

export const deleteTag = (id: string, reason?: string) =>
  call<void>('delete', '/api/v1/tags/{id}', { path: { id }, query: reason ? { reason } : undefined })

export const attachTag = (resource: string, tag: string, accept: boolean) =>
  call<Resource>('put', '/api/v1/resources/{id}/tags/{tag}', {
    path: { id: resource, tag },
    body: { accept },
  })

export const detachTag = (resource: string, tag: string) =>
  call<void>('delete', '/api/v1/resources/{id}/tags/{tag}', { path: { id: resource, tag } })
