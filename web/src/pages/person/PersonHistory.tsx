import { useInfiniteQuery } from '@tanstack/react-query'
import { userHistoryQuery } from '../../api/audit'
import type { User } from '../../api/types'
import { Card } from '../../components/Card'
import { History } from '../../modules/history/EventList'
import { TableLink } from '../../modules/history/TableLink'

export function PersonHistory({ user, mine }: { user: User; mine: boolean }) {
  const query = useInfiniteQuery(userHistoryQuery(user.login))
  return (
    <>
      <TableLink filter={{ person: user.login }} />
      <Card>
        <History
          query={query}
          of={user.id}
          empty={`What ${mine ? 'you ask' : 'this person asks'} for, decide, get and lose shows up here.`}
        />
      </Card>
    </>
  )
}
