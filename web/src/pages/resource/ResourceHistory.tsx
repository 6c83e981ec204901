import { useInfiniteQuery } from '@tanstack/react-query'
import { resourceHistoryQuery } from '../../api/audit'
import { Card } from '../../components/Card'
import { History } from '../../modules/history/EventList'

export function ResourceHistory({ id }: { id: string }) {
  const query = useInfiniteQuery(resourceHistoryQuery(id))
  return (
    <Card>
      <History query={query} empty="Requests, access and changes of it show up here, and stay for ever." />
    </Card>
  )
}
