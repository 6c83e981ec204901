import { useQueries, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Check, UserRoundCog, Users } from 'lucide-react'
import { useState } from 'react'
import { compareQuery, type SharedItem } from '../../api/roles'
import type { UserRef } from '../../api/types'
import { userQuery } from '../../api/user'
import { Avatar } from '../../components/Avatar'
import { Badge } from '../../components/Badge'
import { Button, buttonClass } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { PageFrame } from '../../components/PageFrame'
import { Segments } from '../../components/Segments'
import { SkeletonRows } from '../../components/Skeleton'
import { type Column, Table } from '../../components/Table'
import { useAsOf } from '../../modules/asof/AsOf'
import { Chosen } from '../../modules/Chosen'
import { useFilters } from '../../modules/filters'
import { useMe } from '../../modules/me'
import { firstName, ResourceLine, relationWords } from '../../modules/names'
import { userItem } from '../../modules/pickers'
import { useRights } from '../../modules/rights'
import { AskAll } from './AskAll'

const key = (it: SharedItem) => `${it.resource.slug}|${it.relation}`

/** ComparePage sets people's access side by side: what they share, what only some have, and by which way. */
export function ComparePage() {
  const me = useMe()
  const rights = useRights()
  const [filters, set] = useFilters()
  const { at, control, banner } = useAsOf()
  const logins = (filters.users ?? '').split(',').filter(Boolean)
  const people = useQueries({ queries: logins.map((l) => userQuery(l)) })
  const chosen = logins.map((l, i) => {
    const u = people[i]?.data
    return u ? { ...userItem(u), value: l } : { value: l, label: l === 'me' ? (me?.user.name ?? 'You') : l }
  })
  const { data, error, isFetching, refetch } = useQuery(compareQuery(logins, at))
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const [asking, setAsking] = useState(false)
  const users = data?.users ?? []
  const show = filters.show ?? 'all'
  const list = (data?.items ?? []).filter((it) =>
    show === 'shared' ? it.count === users.length : show === 'different' ? it.count < users.length : true,
  )
  const mine = users.some((u) => u.id === me?.user.id)
  const lacking = list.filter((it) => mine && !it.holders?.some((h) => h.id === me?.user.id))
  const some = list.filter((it) => picked.has(key(it)))
  const wanted = at ? [] : some.filter((it) => lacking.includes(it) && it.relation === 'member')
  const columns: Column<SharedItem>[] = [
    {
      key: 'what',
      header: 'What',
      cell: (it) => (
        <ResourceLine
          resource={it.resource}
          detail={it.relation === 'owner' ? relationWords.owner : undefined}
        />
      ),
    },
    {
      key: 'share',
      header: at ? 'Had it' : 'Have it',
      cell: (it) => <Share count={it.count} of={users.length} />,
      className: 'w-36',
    },
    ...users.map((u) => ({
      key: u.id,
      header: u.id === me?.user.id ? 'You' : firstName(u.name),
      cell: (it: SharedItem) => <Way item={it} user={u} />,
    })),
  ]
  return (
    <PageFrame
      title="Compare access"
      sub="What people have in common, and what only some of them have. Nothing here changes anything."
      actions={
        users.length > 1 && rights.catalogue && !at ? (
          <Link
            to={'/roles/new' as string}
            search={{
              action: 'create',
              people: logins.join(','),
              resources: (some.length ? some : list.filter((it) => it.share > 0.5))
                .filter((it) => it.relation === 'member' && it.resource.kind !== 'role')
                .map((it) => it.resource.slug)
                .join(','),
            }}
            className={buttonClass('secondary')}
          >
            <UserRoundCog aria-hidden className="size-4" />
            Make a role of this
          </Link>
        ) : undefined
      }
    >
      <Card className="mb-4">
        <Chosen
          what="people"
          label="People"
          help="Two or more; up to fifty."
          items={chosen}
          onChange={(items) => set({ users: items.map((i) => i.value).join(',') || undefined })}
        />
        <div className="mt-3 flex flex-wrap items-center gap-3">
          {control}
          {!mine && me && (
            <Button size="sm" onClick={() => set({ users: [me.user.login, ...logins].join(',') })}>
              Add me
            </Button>
          )}
        </div>
      </Card>
      {at && logins.length > 0 && (
        <div className="mb-4">{banner('What they had', 'What they will have')}</div>
      )}
      {error && (
        <Card>
          <ErrorState error={error} onRetry={() => void refetch()} />
        </Card>
      )}
      {logins.length === 0 && (
        <Card>
          <EmptyState kind="first" icon={Users} title="Whom do you want to compare?">
            “What does Grace have that I do not?” Add both of you. “What does this team share?” Add the team.
          </EmptyState>
        </Card>
      )}
      {!data && isFetching && <SkeletonRows rows={6} label="Comparing" />}
      {data && logins.length > 0 && (
        <>
          <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
            <Segments
              label="Which"
              value={show}
              onChange={(v) => set({ show: v === 'all' ? undefined : v })}
              choices={[
                { value: 'all', label: `All ${data.items?.length ?? 0}` },
                { value: 'shared', label: 'All have' },
                { value: 'different', label: 'Only some have' },
              ]}
            />
            {wanted.length > 0 && (
              <Button look="primary" onClick={() => setAsking(true)}>
                Ask for {wanted.length === 1 ? 'it' : `these ${wanted.length}`}
              </Button>
            )}
          </div>
          {list.length === 0 ? (
            <Card>
              <EmptyState kind="filtered" title="Nothing here">
                {show === 'shared' ? 'There is nothing that all of them have.' : 'They have the same.'}
              </EmptyState>
            </Card>
          ) : (
            <Table
              wide={users.length > 3}
              caption="What they have"
              columns={columns}
              rows={list}
              id={key}
              selection={
                at
                  ? undefined
                  : {
                      ids: picked,
                      onChange: setPicked,
                      label: (id) => list.find((it) => key(it) === id)?.resource.name ?? id,
                    }
              }
            />
          )}
        </>
      )}
      {asking && (
        <AskAll
          items={wanted.map((it) => it.resource)}
          onClose={() => setAsking(false)}
          onDone={() => setPicked(new Set())}
        />
      )}
    </PageFrame>
  )
}

function Share({ count, of }: { count: number; of: number }) {
  return (
    <span className="flex items-center gap-2">
      <span aria-hidden className="h-1.5 w-14 overflow-hidden rounded-full bg-sunken">
        <span
          className="block h-full rounded-full bg-accent"
          style={{ width: `${Math.round((100 * count) / Math.max(of, 1))}%` }}
        />
      </span>
      <span className="whitespace-nowrap text-[0.875rem]">
        {count} of {of}
      </span>
    </span>
  )
}

function Way({ item, user }: { item: SharedItem; user: UserRef }) {
  const h = item.holders?.find((x) => x.id === user.id)
  if (!h) return <span className="text-muted">–</span>
  return (
    <span className="flex flex-wrap items-center gap-1">
      {h.direct && (
        <Badge tone="good" icon={<Check aria-hidden />}>
          Directly
        </Badge>
      )}
      {(h.roles ?? []).map((r) => (
        <Badge key={r.id} tone="accent" icon={<Avatar name={r.name} size="sm" />}>
          {r.name}
        </Badge>
      ))}
    </span>
  )
}
