import { useInfiniteQuery } from '@tanstack/react-query'
import { resourceHistoryQuery } from '../../api/audit'
import type { Resource } from '../../api/types'
import { Card } from '../../components/Card'
import { History } from '../../modules/history/EventList'
import { TableLink } from '../../modules/history/TableLink'

export function ResourceHistory({ resource }: { resource: Resource }) {
  const query = useInfiniteQuery(resourceHistoryQuery(resource.slug))
  return (
    <>
      <TableLink
        filter={
          resource.kind === 'role'
            ? { role: resource.slug }
            : resource.kind === 'app'
              ? { app: resource.slug }
              : { resource: resource.slug }
        }
      />
      <Card>
        <History
          query={query}
          of={resource.id}
          empty="Requests, access and changes of it show up here, and stay for ever."
        />
      </Card>
    </>
  )
}
