import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Undo2, UserRoundCog } from 'lucide-react'
import { useState } from 'react'
import { rows } from '../../api/list'
import {
  type Reorganized,
  reorganizationsQuery,
  undoneWords,
  undoPath,
  undoReorganization,
} from '../../api/roles'
import { Badge } from '../../components/Badge'
import { Button, buttonClass } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { Confirm } from '../../components/LaterConfirm'
import { LoadMore } from '../../components/LoadMore'
import { RelativeTime } from '../../components/RelativeTime'
import { SkeletonRows } from '../../components/Skeleton'
import { type Column, Table } from '../../components/Table'
import { toast } from '../../components/toast'
import { AdminFrame } from '../../modules/admin/AdminFrame'
import { Impact } from '../../modules/impact/Impact'
import { PersonLink, ResourceLink } from '../../modules/names'

/** RolesAdmin lists how roles were reorganized, each of which can be taken back. */
export function RolesAdmin() {
  const client = useQueryClient()
  const query = useInfiniteQuery(reorganizationsQuery())
  const [undoing, setUndoing] = useState<Reorganized | null>(null)
  const list = rows(query.data)
  const start = (
    <Link to={'/roles/new' as string} className={buttonClass('primary')}>
      <UserRoundCog aria-hidden className="size-4" />
      Reorganize roles
    </Link>
  )
  const columns: Column<Reorganized>[] = [
    { key: 'what', header: 'What', cell: (c) => <span className="font-medium">{c.title}</span> },
    {
      key: 'role',
      header: 'Role',
      className: 'md:min-w-32',
      cell: (c) => <ResourceLink resource={c.role} />,
    },
    { key: 'why', header: 'Why', className: 'md:min-w-48', cell: (c) => <Why text={c.reason ?? ''} /> },
    {
      key: 'by',
      header: 'By',
      className: 'md:min-w-24',
      cell: (c) => (c.by ? <PersonLink user={c.by} /> : 'Sallyport'),
    },
    { key: 'at', header: 'When', cell: (c) => <RelativeTime at={c.at} /> },
  ]
  return (
    <AdminFrame
      to="/admin/roles"
      title="Roles"
      sub="How roles were made from people, copied, merged, split and renamed. Each change can be taken back as a whole."
      actions={list.length > 0 ? start : undefined}
    >
      {query.isPending && <SkeletonRows rows={4} label="Loading" />}
      {!query.data && query.error && (
        <Card>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      )}
      {query.data && list.length === 0 && (
        <Card>
          <EmptyState
            kind="first"
            icon={UserRoundCog}
            title="No role has been reorganized yet"
            action={start}
          >
            Compare a few people who work alike and make a role of what they share, or merge two roles that
            grew apart.
          </EmptyState>
        </Card>
      )}
      {list.length > 0 && (
        <Table
          caption="Reorganizations"
          columns={columns}
          rows={list}
          id={(c) => c.id}
          action={(c) =>
            c.undone_at ? (
              <Badge>
                Undone <RelativeTime at={c.undone_at} />
              </Badge>
            ) : c.role_removed_at ? (
              <Badge>
                Role removed <RelativeTime at={c.role_removed_at} />
              </Badge>
            ) : c.may_undo ? (
              <Button
                size="sm"
                icon={<Undo2 aria-hidden className="size-4" />}
                onClick={() => setUndoing(c)}
                aria-label={`Undo: ${c.title}`}
              >
                Undo
              </Button>
            ) : null
          }
        />
      )}
      <LoadMore query={query} />
      <Confirm
        open={undoing !== null}
        onClose={() => setUndoing(null)}
        title={`Undo “${undoing?.title}”?`}
        action="Undo it"
        onConfirm={async () => {
          const c = undoing
          if (!c) return
          const undone = await undoReorganization(c.id)
          // Not the dry run that is still shown: what is undone cannot be tried again.
          void client.invalidateQueries({ predicate: (q) => q.queryKey[0] !== 'try' })
          toast(undoneWords(undone), { tone: 'good' })
        }}
      >
        <div className="text-ink">
          <Impact trial={undoing ? { method: 'post', path: undoPath, params: { id: undoing.id } } : null} />
        </div>
      </Confirm>
    </AdminFrame>
  )
}

/** Why is a reason; a long one keeps to three lines until it is pressed. */
function Why({ text }: { text: string }) {
  if (text.length < 120) return <span className="[overflow-wrap:anywhere]">{text}</span>
  return (
    <details className="group max-w-prose">
      <summary className="cursor-pointer list-none rounded [overflow-wrap:anywhere] [&::-webkit-details-marker]:hidden">
        <span className="line-clamp-3 group-open:line-clamp-none">{text}</span>
        <span className="text-accent-text underline underline-offset-2 group-open:hidden">All of it</span>
      </summary>
    </details>
  )
}
