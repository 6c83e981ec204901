import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ArrowRight } from 'lucide-react'
import { partsQuery } from '../../api/catalogue'
import type { Resource } from '../../api/types'
import { Card } from '../../components/Card'
import { number } from '../../components/number'
import { kindWords, ResourceLine } from '../../modules/names'
import { resourcePath } from '../../modules/paths'

/** Inside lists the entitlements of an app. */
export function Inside({ resource }: { resource: Resource }) {
  const { data } = useQuery(partsQuery(resource.slug))
  const parts = (data ?? []).filter((i) => i.id !== resource.id)
  const items = parts.slice(0, 50)
  if (items.length === 0) return null
  return (
    <Card title={`Inside ${resource.name}`} pad={false} className="overflow-hidden">
      <ul className="divide-y divide-line pb-1">
        {items.map((i) => (
          <li key={i.id} className="flex items-center gap-3 px-5 py-2.5 max-md:px-4">
            <ResourceLine resource={i} detail={i.description || kindWords[i.kind]} />
            <ArrowRight aria-hidden className="ml-auto size-4 shrink-0 text-muted" />
          </li>
        ))}
        {parts.length > items.length && (
          <li className="px-5 py-2.5 max-md:px-4">
            <Link
              to={resourcePath(resource)}
              search={{ tab: 'map' }}
              className="touch rounded font-medium underline decoration-edge underline-offset-3 hover:decoration-ink"
            >
              All {number(parts.length)}, and who has them
            </Link>
          </li>
        )}
      </ul>
    </Card>
  )
}
