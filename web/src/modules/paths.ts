// The addresses of things. Nouns, stable, shareable.
import type { ResourceRef, Subject, UserRef } from '../api/types'

const part = encodeURIComponent
export const personPath = (u: Pick<UserRef, 'login' | 'id'> | Subject): string =>
  `/people/${part(u.login || u.id)}`
export const resourcePath = (r: Pick<ResourceRef, 'slug' | 'id'>): string =>
  `/catalogue/${part(r.slug || r.id)}`
export const requestPath = (r: { id: string }): string => `/requests/${part(r.id)}`
