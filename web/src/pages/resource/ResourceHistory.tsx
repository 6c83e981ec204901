import { useInfiniteQuery } from '@tanstack/react-query'
import { resourceHistoryQuery } from '../../api/audit'
import type { Resource } from '../../api/types'
import { Card } from '../../components/Card'
import { History } from '../../modules/history/EventList'
import { TableLink } from '../../modules/history/TableLink'
import { resourceKey } from '../../modules/paths'

export function ResourceHistory({ resource }: { resource: Resource }) {
  const key = resourceKey(resource)
  const query = useInfiniteQuery(resourceHistoryQuery(key))
  return (
    <>
      <TableLink
        filter={
          resource.kind === 'role'
            ? { role: key }
            : resource.kind === 'app'
              ? { app: key }
              : { resource: key }
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
