// What a resource is called where it stands alone: an entitlement's name says little without its app.
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { appNamesQuery } from '../api/resource'
import type { ResourceRef } from '../api/types'

export type Title = (r: Pick<ResourceRef, 'kind' | 'slug' | 'name'>) => string

/** useTitle returns how to call a resource: "AWS · Production, read". The apps' names are read once and kept. */
export function useTitle(): Title {
  const { data } = useQuery(appNamesQuery())
  return useMemo(
    () => (r) => {
      if (r.kind !== 'entitlement') return r.name
      const slug = r.slug.split('.')[0] ?? ''
      const app = data?.get(slug) ?? slug
      return app && !r.name.toLowerCase().startsWith(app.toLowerCase()) ? `${app} · ${r.name}` : r.name
    },
    [data],
  )
}
