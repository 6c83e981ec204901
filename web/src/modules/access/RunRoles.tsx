import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { UserRoundCog } from 'lucide-react'
import { rows } from '../../api/list'
import { type RunRole, rolesRunQuery } from '../../api/roles'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { LoadMore } from '../../components/LoadMore'
import { many, people } from '../../components/number'
import { SkeletonRows } from '../../components/Skeleton'
import { type Column, Table } from '../../components/Table'
import { date } from '../../components/time'
import { useAsOf } from '../asof/AsOf'
import { ResourceLine } from '../names'
import { resourcePath } from '../paths'

const link = 'touch rounded font-medium underline decoration-edge underline-offset-3 hover:decoration-ink'

const columns = (at: string | undefined): Column<RunRole>[] => {
  const then = at ? { at } : {}
  return [
    { key: 'role', header: 'Role', cell: (r) => <ResourceLine resource={r.role} /> },
    {
      key: 'members',
      header: 'In it',
      cell: (r) => (
        <Link to={resourcePath(r.role)} search={{ tab: 'holders', ...then }} className={link}>
          {people(r.members)}
          <span className="sr-only"> in {r.role.name}</span>
        </Link>
      ),
    },
    {
      key: 'gives',
      header: 'Gives',
      cell: (r) => (
        <Link to={resourcePath(r.role)} search={{ tab: 'gives', ...then }} className={link}>
          {r.gives === 0 ? 'Nothing' : many(r.gives, 'thing')}
          <span className="sr-only"> that {r.role.name} gives</span>
        </Link>
      ),
    },
    {
      key: 'ending',
      header: 'Ends soon',
      cell: (r) =>
        r.ending > 0 && !at ? (
          <Link
            to={'/access' as string}
            search={{ view: 'expiring', scope: 'all', role: r.role.slug }}
            className={link}
          >
            {r.ending} within 14 days
            <span className="sr-only">, of {r.role.name}</span>
          </Link>
        ) : r.ending > 0 ? (
          `${r.ending} within 14 days`
        ) : r.ends_at ? (
          <span className="text-muted">The first on {date(r.ends_at)}</span>
        ) : (
          <span className="text-muted">–</span>
        ),
    },
    {
      key: 'waiting',
      header: 'Requests',
      cell: (r) =>
        r.waiting === 0 ? (
          <span className="text-muted">–</span>
        ) : at ? (
          `${r.waiting} waited`
        ) : (
          <Link
            to={'/requests' as string}
            search={{ view: 'all', state: 'pending', q: r.role.slug }}
            className={link}
          >
            {r.waiting} waiting
            <span className="sr-only"> about {r.role.name}</span>
          </Link>
        ),
    },
  ]
}

/** RunRoles are the roles that somebody runs: who is in each, what it gives, what ends soon, what waits for a decision. */
export function RunRoles({ owner, name }: { owner: string; name?: string }) {
  const { at, control, banner } = useAsOf()
  const query = useInfiniteQuery(rolesRunQuery(owner, at))
  const items = rows(query.data)
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="max-w-prose text-muted">
          Owners of a role say who is in it and what it gives; what it gives reaches all its members at once.
        </p>
        {control}
      </div>
      {banner(`The roles that ${name ?? 'you'} ran`, `The roles that ${name ?? 'you'} will run`)}
      {query.isPending ? (
        <SkeletonRows rows={3} label="Loading the roles" />
      ) : !query.data ? (
        <Card>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      ) : items.length === 0 ? (
        <Card>
          <EmptyState
            kind="first"
            icon={UserRoundCog}
            title={at ? 'No role at that time' : name ? `${name} runs no role` : 'You run no role'}
          >
            Whoever owns a role runs it.{!at && ' Ask to own one on its page, or ask for a new role.'}
          </EmptyState>
        </Card>
      ) : (
        <Table
          caption={name ? `Roles that ${name} runs` : 'Roles that you run'}
          columns={columns(at)}
          rows={items}
          id={(r) => r.role.id}
        />
      )}
      <LoadMore query={query} />
    </div>
  )
}
