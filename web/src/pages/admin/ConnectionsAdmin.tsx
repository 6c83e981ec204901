import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Plug, Plus } from 'lucide-react'
import { connectionsQuery, connectorKindsQuery } from '../../api/connection'
import { buttonClass } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { RelativeTime } from '../../components/RelativeTime'
import { Skeleton } from '../../components/Skeleton'
import { everyWords } from '../../components/time'
import { AdminFrame } from '../../modules/admin/AdminFrame'
import { useRights } from '../../modules/rights'
import { ConnectionStatus } from './ConnectionStatus'

export function ConnectionsAdmin() {
  const rights = useRights()
  const query = useQuery(connectionsQuery())
  const kinds = useQuery(connectorKindsQuery()).data?.items ?? []
  const items = query.data?.items ?? []
  const add = (
    <Link to={'/admin/connections/new' as string} className={buttonClass('primary')}>
      <Plus aria-hidden className="size-4" /> Add a connection
    </Link>
  )
  return (
    <AdminFrame
      to="/admin/connections"
      title="Connections"
      sub="Directories that people and groups are read from, and targets where access becomes real."
      actions={rights.admin ? add : undefined}
    >
      {query.isPending ? (
        <div role="status" aria-label="Loading the connections" className="grid gap-3 md:grid-cols-2">
          <Skeleton className="h-36 rounded-lg" />
          <Skeleton className="h-36 rounded-lg" />
        </div>
      ) : !query.data ? (
        <Card>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      ) : items.length === 0 ? (
        <Card>
          <EmptyState kind="first" icon={Plug} title="Nothing is connected" action={rights.admin && add}>
            Connect a directory, so that people and groups come by themselves and access becomes real without
            tickets. Until then everything is fulfilled by hand.
          </EmptyState>
        </Card>
      ) : (
        <ul className="grid gap-3 md:grid-cols-2">
          {items.map((c) => (
            <li key={c.id}>
              <Link
                to={`/admin/connections/${c.slug}` as string}
                className="flex h-full flex-col gap-3 rounded-lg border border-line bg-surface p-5 shadow-card hover:border-edge"
              >
                <span className="flex items-start gap-3">
                  <span className="grid size-10 shrink-0 place-items-center rounded-lg bg-accent-soft text-accent-text">
                    <Plug aria-hidden className="size-5" />
                  </span>
                  <span className="min-w-0 flex-1">
                    <span className="block truncate font-semibold">{c.name}</span>
                    <span className="block truncate text-[0.8125rem] text-muted">
                      {kinds.find((k) => k.name === c.kind)?.title ?? c.kind}
                      {c.directory ? ' · directory' : ''}
                    </span>
                  </span>
                  <ConnectionStatus connection={c} />
                </span>
                {c.check_error && (
                  <span className="line-clamp-2 text-[0.875rem] text-bad">{c.check_error}</span>
                )}
                <span className="mt-auto text-[0.8125rem] text-muted">
                  {c.sync_every ? `Read ${everyWords(c.sync_every).toLowerCase()}` : 'Read on demand'}
                  {c.next_sync_at && !c.paused_at && (
                    <>
                      {' · next '}
                      <RelativeTime at={c.next_sync_at} />
                    </>
                  )}
                  {c.checked_at && (
                    <>
                      {' · checked '}
                      <RelativeTime at={c.checked_at} />
                    </>
                  )}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </AdminFrame>
  )
}
