import { useInfiniteQuery } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { type Connection, type Sync, syncsQuery } from '../../api/connection'
import { rows } from '../../api/list'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { Drawer } from '../../components/LaterDrawer'
import { LoadMore } from '../../components/LoadMore'
import { Note } from '../../components/Note'
import { ExactTime } from '../../components/RelativeTime'
import { SkeletonRows } from '../../components/Skeleton'
import { exact } from '../../components/time'
import { PlanView } from '../../modules/plan/PlanView'
import { SyncStatus } from './ConnectionStatus'

/** SyncHistory lists the runs of a connection, each with what it did. */
export function SyncHistory({ connection }: { connection: Connection }) {
  const query = useInfiniteQuery(syncsQuery(connection.slug))
  const [open, setOpen] = useState<Sync | null>(null)
  const items = rows(query.data)
  return (
    <Card title="Earlier runs" pad={false}>
      {query.isPending ? (
        <div className="p-5">
          <SkeletonRows rows={3} label="Loading the runs" />
        </div>
      ) : !query.data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : items.length === 0 ? (
        <EmptyState kind="first" title="It was never read">
          Each run is kept here, with what it changed and why it was held back.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line pb-1">
          {items.map((s) => (
            <li key={s.id}>
              <button
                type="button"
                onClick={() => setOpen(s)}
                className="flex w-full flex-wrap items-center gap-x-4 gap-y-1.5 px-5 py-3 text-left outline-offset-[-2px] hover:bg-hover/50 max-md:px-4"
              >
                <span className="w-40">
                  <ExactTime at={s.started_at} />
                </span>
                <SyncStatus sync={s} />
                <span className="min-w-0 flex-1 truncate text-[0.875rem] text-muted">
                  {s.error || counts(s)}
                  {s.started_by && ` · ${s.started_by.name}`}
                </span>
                <ChevronRight aria-hidden className="size-4 text-muted" />
                <span className="sr-only">Show it</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <LoadMore query={query} />
      <Drawer
        open={open !== null}
        onClose={() => setOpen(null)}
        title="One run"
        description={open ? exact(open.started_at) : undefined}
      >
        {open && (
          <div className="grid gap-4">
            <div>
              <SyncStatus sync={open} />
            </div>
            {open.error && <Note tone={open.state === 'refused' ? 'warn' : 'bad'}>{open.error}</Note>}
            <PlanView plan={open.plan} />
          </div>
        )}
      </Drawer>
    </Card>
  )
}

function counts(s: Sync): string {
  if (!s.creates && !s.changes && !s.removes) return 'Nothing changed'
  return [
    s.creates && `${s.creates} new`,
    s.changes && `${s.changes} changed`,
    s.removes && `${s.removes} removed`,
  ]
    .filter(Boolean)
    .join(', ')
}
