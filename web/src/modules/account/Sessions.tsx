import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { revokeSession, type Session, sessionsQuery } from '../../api/account'
import { message } from '../../api/error'
import { rows } from '../../api/list'
import { Badge } from '../../components/Badge'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { LoadMore } from '../../components/LoadMore'
import { RelativeTime } from '../../components/RelativeTime'
import { SkeletonRows } from '../../components/Skeleton'
import { type Column, Table } from '../../components/Table'
import { toast } from '../../components/toast'
import { Person } from '../names'
import { agentWords } from './agent'

/** Sessions lists where one is signed in; `all` shows everybody's, for admins. */
export function Sessions({ all }: { all?: boolean }) {
  const client = useQueryClient()
  const query = useInfiniteQuery(sessionsQuery(all ? 'all' : 'me'))
  const items = rows(query.data)
  const end = async (s: Session) => {
    try {
      await revokeSession(s.id)
      toast(all ? `${s.user.name} is signed out there.` : 'Signed out there.', { tone: 'good' })
    } catch (e) {
      toast(`Not ended. ${message(e)}`, { tone: 'bad' })
    } finally {
      void client.invalidateQueries({ queryKey: ['sessions'] })
    }
  }
  const columns: Column<Session>[] = [
    ...(all ? [{ key: 'user', header: 'Who', cell: (s: Session) => <Person user={s.user} /> }] : []),
    {
      key: 'agent',
      header: 'Browser',
      cell: (s) => (
        <span className="flex flex-wrap items-center gap-2" title={s.agent}>
          <span className="font-medium">{agentWords(s.agent)}</span>
          {s.current && <Badge tone="good">This one</Badge>}
        </span>
      ),
    },
    {
      key: 'address',
      header: 'Address',
      cell: (s) => <span className="text-muted">{s.address || '–'}</span>,
    },
    { key: 'since', header: 'Signed in', cell: (s) => <RelativeTime at={s.created_at} /> },
    { key: 'seen', header: 'Last use', cell: (s) => <RelativeTime at={s.seen_at} /> },
  ]
  if (query.isPending) return <SkeletonRows rows={3} label="Loading the sessions" />
  if (!query.data)
    return (
      <Card>
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </Card>
    )
  if (items.length === 0)
    return (
      <Card>
        <EmptyState kind="first" title="Nobody is signed in">
          Sessions of the page show up here until they end.
        </EmptyState>
      </Card>
    )
  return (
    <>
      <Table
        caption="Sessions"
        columns={columns}
        rows={items}
        id={(s) => s.id}
        action={(s) =>
          !s.current && (
            <Button size="sm" look="danger-quiet" onClick={() => void end(s)}>
              Sign out<span className="sr-only"> {agentWords(s.agent)}</span>
            </Button>
          )
        }
      />
      <LoadMore query={query} />
    </>
  )
}
