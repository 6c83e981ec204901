import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { revokeToken, type Token, tokensQuery } from '../../api/account'
import { rows } from '../../api/list'
import { Badge } from '../../components/Badge'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { Confirm } from '../../components/LaterConfirm'
import { LoadMore } from '../../components/LoadMore'
import { later } from '../../components/later'
import { RelativeTime } from '../../components/RelativeTime'
import { SkeletonRows } from '../../components/Skeleton'
import { type Column, Table } from '../../components/Table'
import { Person } from '../names'

const NewToken = later<{ onClose: () => void }>(() => import('./NewToken').then((m) => m.NewToken))

export const expired = (t: Token, now = Date.now()) => new Date(t.expires_at).getTime() <= now

/** Tokens lists API tokens and makes new ones; `all` shows everybody's, for admins. */
export function Tokens({ all }: { all?: boolean }) {
  const client = useQueryClient()
  const query = useInfiniteQuery(tokensQuery(all ? 'all' : 'me'))
  const [making, setMaking] = useState(false)
  const [revoking, setRevoking] = useState<Token | null>(null)
  const items = rows(query.data)
  const columns: Column<Token>[] = [
    { key: 'name', header: 'Name', cell: (t) => <span className="font-medium">{t.name}</span> },
    ...(all ? [{ key: 'user', header: 'Acts as', cell: (t: Token) => <Person user={t.user} /> }] : []),
    {
      key: 'scopes',
      header: 'May',
      cell: (t) => (
        <span className="flex flex-wrap gap-1">
          {(t.scopes ?? []).map((s) => (
            <Badge key={s} tone={s === 'admin' ? 'warn' : 'neutral'}>
              {s}
            </Badge>
          ))}
        </span>
      ),
    },
    {
      key: 'used',
      header: 'Last used',
      cell: (t) =>
        t.last_used_at ? <RelativeTime at={t.last_used_at} /> : <span className="text-muted">Never</span>,
    },
    {
      key: 'expires',
      header: 'Expires',
      cell: (t) =>
        t.revoked_at ? (
          <span className="text-muted">
            Revoked <RelativeTime at={t.revoked_at} />
          </span>
        ) : expired(t) ? (
          <Badge tone="neutral">Expired</Badge>
        ) : (
          <RelativeTime at={t.expires_at} />
        ),
    },
  ]
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-60 flex-1 text-muted">
          A token lets a script act as {all ? 'its person' : 'you'}, within what it is allowed. It is shown
          once, when it is made.
        </p>
        <Button look="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => setMaking(true)}>
          New token
        </Button>
      </div>
      {query.isPending ? (
        <SkeletonRows rows={3} label="Loading the tokens" />
      ) : !query.data ? (
        <Card>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      ) : items.length === 0 ? (
        <Card>
          <EmptyState kind="first" icon={KeyRound} title="No tokens">
            Make one for the command line (SALLYPORT_TOKEN), a script or another system.
          </EmptyState>
        </Card>
      ) : (
        <Table
          caption="Tokens"
          columns={columns}
          rows={items}
          id={(t) => t.id}
          action={(t) =>
            !t.revoked_at &&
            !expired(t) && (
              <Button size="sm" look="danger-quiet" onClick={() => setRevoking(t)}>
                Revoke<span className="sr-only"> {t.name}</span>
              </Button>
            )
          }
        />
      )}
      <LoadMore query={query} />
      {making && <NewToken onClose={() => setMaking(false)} />}
      <Confirm
        open={revoking !== null}
        danger
        onClose={() => setRevoking(null)}
        title={`Revoke ${revoking?.name ?? ''}?`}
        action="Revoke"
        dismiss="Keep it"
        onConfirm={async () => {
          await revokeToken(revoking?.id ?? '')
          await client.invalidateQueries({ queryKey: ['tokens'] })
        }}
      >
        What uses it stops working at once. It cannot be made valid again.
      </Confirm>
    </div>
  )
}
