import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleHelp, RotateCw } from 'lucide-react'
import { useMemo, useState } from 'react'
import { accessAtQuery, myGrantsQuery } from '../../api/access'
import type { Access, Grant } from '../../api/types'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { SearchInput } from '../../components/Input'
import { Menu } from '../../components/Menu'
import { number } from '../../components/number'
import { ResourceIcon } from '../../components/ResourceIcon'
import { useRowKeys } from '../../components/rowKeys'
import { Segments } from '../../components/Segments'
import { SkeletonRows } from '../../components/Skeleton'
import { EndAccess, type Ending } from '../../modules/access/EndAccess'
import { Ends, StateLine } from '../../modules/access/Ends'
import { WhyDrawer } from '../../modules/access/WhyDrawer'
import { byApp, endsSoon, givenBy } from '../../modules/access/words'
import { useAsk } from '../../modules/ask/open'
import { useAsOf } from '../../modules/asof/AsOf'
import { useFilters, useTextFilter } from '../../modules/filters'
import { useMe } from '../../modules/me'
import { kindWords, relationWords } from '../../modules/names'
import { resourcePath } from '../../modules/paths'
import { useTitle } from '../../modules/titles'
import { merge } from './merge'

/** How many rows are drawn at once; somebody may have thousands. */
const pageSize = 200

/** Mine is what I have, by app, and why; what is on its way in or out is there too. */
export function Mine() {
  const me = useMe()
  const title = useTitle()
  useRowKeys('Access')
  const ask = useAsk()
  const [filters, set] = useFilters()
  const [text, setText] = useTextFilter('q')
  const { control } = useAsOf({ enter: { view: 'had', show: 'day' } })
  const access = useQuery(accessAtQuery('me'))
  const grants = useQuery(myGrantsQuery())
  const [most, setMost] = useState(pageSize)
  const [why, setWhy] = useState<Access | null>(null)
  const [ending, setEnding] = useState<Ending | null>(null)

  const all = useMemo(() => merge(access.data?.items ?? [], grants.data ?? []), [access.data, grants.data])
  const needle = text.trim().toLowerCase()
  const show = filters.show ?? 'all'
  const shown = all.filter(
    ({ access: a }) =>
      (show !== 'soon' || endsSoon(a.ends_at)) &&
      (show !== 'owner' || a.relation === 'owner') &&
      (!needle ||
        `${a.resource.name} ${a.app?.name ?? ''} ${givenBy(a.paths)}`.toLowerCase().includes(needle)),
  )
  const byKey = new Map(shown.map((m) => [key(m.access), m]))
  const groups = first(byApp(shown.map((m) => m.access)), most)
  const soon = all.filter((m) => endsSoon(m.access.ends_at)).length

  if (access.isPending) return <SkeletonRows rows={8} label="Loading your access" />
  if (!access.data) return <ErrorState error={access.error} onRetry={() => void access.refetch()} />
  if (all.length === 0)
    return (
      <Card>
        <EmptyState
          kind="first"
          title="You have no access yet"
          action={
            <Button look="primary" onClick={() => ask()}>
              Request access
            </Button>
          }
        >
          What you ask for and get shows up here, with when it ends and why you have it.
        </EmptyState>
      </Card>
    )
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap gap-2">
        <SearchInput
          label="Filter what I have"
          className="min-w-full flex-1 sm:min-w-64"
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
        <Segments
          label="Show"
          className="max-sm:w-full"
          value={show}
          onChange={(v) => set({ show: v === 'all' ? undefined : v })}
          choices={[
            { value: 'all', label: `All ${all.length}` },
            { value: 'soon', label: `Ends soon${soon ? ` ${soon}` : ''}` },
            { value: 'owner', label: 'Owned' },
          ]}
        />
        {control}
      </div>
      {groups.length === 0 ? (
        <Card>
          <EmptyState
            kind="filtered"
            title="Nothing you have matches"
            action={
              <Button
                onClick={() => {
                  setText('')
                  set({ show: undefined, q: undefined })
                }}
              >
                Clear filters
              </Button>
            }
          />
        </Card>
      ) : (
        groups.map((group) => (
          <section
            key={group.key}
            aria-labelledby={`app-${group.key}`}
            className="overflow-hidden rounded-lg border border-line bg-surface shadow-card"
          >
            <h2
              id={`app-${group.key}`}
              className="flex items-center gap-2 border-line border-b bg-sunken/60 px-5 py-2 font-medium text-[0.875rem] max-md:px-4"
            >
              {group.name}
              <span className="font-normal text-muted">{number(group.of)}</span>
            </h2>
            <ul className="divide-y divide-line">
              {group.items.map((a) => (
                <Item
                  key={key(a)}
                  access={a}
                  grant={byKey.get(key(a))?.grant}
                  onWhy={() => setWhy(a)}
                  onRenew={() => ask({ resource: a.resource.slug, relation: a.relation, extend: true })}
                  onEnd={() => setEnding(endingOf(a, title(a.resource)))}
                />
              ))}
            </ul>
          </section>
        ))
      )}
      {shown.length > most && (
        <Button className="justify-self-center" onClick={() => setMost(most + pageSize)}>
          Show {number(Math.min(pageSize, shown.length - most))} more of {number(shown.length)}
        </Button>
      )}
      <WhyDrawer
        access={why}
        user={me?.user}
        mine
        onClose={() => setWhy(null)}
        onEnd={(p) => {
          const role = p.via === 'role'
          setEnding({
            ids: [role ? (p.membership_grant_id ?? p.grant_id) : p.grant_id],
            what: role
              ? `your membership in ${p.role?.name}`
              : `your access to ${why ? title(why.resource) : ''}`,
            note: role
              ? 'Everything this role gives ends now, unless you have it in another way too.'
              : undefined,
          })
          setWhy(null)
        }}
      />
      <EndAccess ending={ending} onClose={() => setEnding(null)} />
    </div>
  )
}

/** first is so many rows of the groups, in their order; of says how long each group is as a whole. */
function first(groups: ReturnType<typeof byApp>, most: number) {
  let left = most
  return groups.flatMap((g) => {
    const items = g.items.slice(0, left)
    left -= items.length
    return items.length > 0 ? [{ ...g, items, of: g.items.length }] : []
  })
}

const key = (a: Access) => a.resource.id + a.relation
const direct = (a: Access) => (a.paths ?? []).filter((p) => p.via === 'direct')
const endingOf = (a: Access, title: string): Ending => ({
  ids: direct(a).map((p) => p.grant_id),
  what: `your access to ${title}`,
  note: (a.paths ?? []).some((p) => p.via === 'role')
    ? 'What was given to you directly ends now. You keep it by role until that ends too.'
    : 'It ends now. You can ask for it again at any time.',
})

function Item({
  access: a,
  grant,
  onWhy,
  onRenew,
  onEnd,
}: {
  access: Access
  grant?: Grant
  onWhy: () => void
  onRenew: () => void
  onEnd: () => void
}) {
  const mayRenew = !!a.ends_at && a.state === 'active' && direct(a).length > 0
  const mayEnd = direct(a).length > 0 && a.state !== 'revoking'
  return (
    <li
      data-row
      className="grid grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-3.5 gap-y-2 px-5 py-3 hover:bg-hover/40 max-md:px-4 md:grid-cols-[auto_minmax(0,1fr)_9rem_8.5rem_auto]"
    >
      <ResourceIcon kind={a.resource.kind} name={a.resource.name} slug={a.resource.slug} />
      <div className="min-w-0">
        <p className="truncate">
          <Link
            to={resourcePath(a.resource)}
            className="inline-block max-w-full truncate rounded align-top font-medium leading-6 underline-offset-2 hover:underline"
          >
            {a.resource.name}
          </Link>
        </p>
        <p className="flex flex-wrap items-center gap-x-1.5 text-[0.8125rem] text-muted">
          {relationWords[a.relation]}
          <span aria-hidden>·</span>
          <button
            type="button"
            onClick={onWhy}
            className="inline-flex min-h-6 items-center gap-1 rounded underline decoration-edge underline-offset-3 hover:text-ink"
          >
            {(a.paths ?? []).length ? givenBy(a.paths) : kindWords[a.resource.kind]}
            <CircleHelp aria-hidden className="size-3.5" />
            <span className="sr-only">: why I have {a.resource.name}</span>
          </button>
        </p>
      </div>
      <div className="max-md:col-start-2 max-md:row-start-2">
        {a.state === 'active' ? (
          <Ends at={a.ends_at} never={!a.ends_at} />
        ) : (
          <StateLine state={a.state} provisioning={grant?.provisioning} />
        )}
      </div>
      <div className="max-md:hidden md:justify-self-end">
        {mayRenew && (
          <Button size="sm" icon={<RotateCw aria-hidden className="size-3.5" />} onClick={onRenew}>
            Renew<span className="sr-only"> {a.resource.name}</span>
          </Button>
        )}
      </div>
      <div className="max-md:col-start-3 max-md:row-start-1">
        <Menu
          label={`More about ${a.resource.name}`}
          className="touch grid size-9 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink"
          face={
            <span aria-hidden className="-mt-2 text-lg leading-none tracking-wider">
              …
            </span>
          }
          items={[
            { label: 'Why do I have this', onSelect: onWhy },
            { label: 'Renew', onSelect: onRenew, disabled: !mayRenew },
            'line',
            { label: 'End access', onSelect: onEnd, danger: true, disabled: !mayEnd },
          ]}
        />
      </div>
    </li>
  )
}
