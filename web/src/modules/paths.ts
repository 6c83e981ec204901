// The addresses of things. Nouns, stable, shareable.
import type { ResourceRef, Subject, UserRef } from '../api/types'

const part = encodeURIComponent
export const personPath = (u: Pick<UserRef, 'login' | 'id'> | Subject): string =>
  `/people/${part(u.login || u.id)}`
export const resourcePath = (r: Pick<ResourceRef, 'slug' | 'id'>): string =>
  `/catalogue/${part(r.slug || r.id)}`
/** resourceKey is what a resource goes by in calls: another may have the name of one that was removed. */
export const resourceKey = (r: { id: string; slug: string; deleted_at?: string }): string =>
  r.deleted_at ? r.id : r.slug
export const requestPath = (r: { id: string }): string => `/requests/${part(r.id)}`
