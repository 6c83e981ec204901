import { useQuery } from '@tanstack/react-query'
import { CalendarClock } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { accessAtQuery } from '../../api/access'
import type { Access, User } from '../../api/types'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { SearchInput } from '../../components/Input'
import { SkeletonRows } from '../../components/Skeleton'
import { type Column, Table } from '../../components/Table'
import { day as dayLength } from '../../components/time'
import { localDate } from '../../components/zone'
import { useAsOf } from '../asof/AsOf'
import { useTextFilter } from '../filters'
import { GraphView, useDrawn } from '../graph/GraphView'
import { personGraph } from '../graph/graph'
import { useMe } from '../me'
import { firstName, kindWords, ResourceLine, relationWords } from '../names'
import { useRights } from '../rights'
import { useTitle } from '../titles'
import { EndAccess, type Ending } from './EndAccess'
import { pathColumns } from './pathColumns'
import { WhyDrawer } from './WhyDrawer'
import { givenBy } from './words'

const days = [
  { ago: 30, label: 'A month ago' },
  { ago: 91, label: 'Three months ago' },
  { ago: 365, label: 'A year ago' },
]

export interface HoldingsProps {
  user: User
  mine: boolean
  /** Only as of a day, members and owners alike: nothing is shown until one is chosen, and who leaves it is back at now. */
  day?: boolean
}

/** Holdings is what a person holds, now or as of a day, and why: as a table, or drawn. */
export function Holdings({ user, mine, day = false }: HoldingsProps) {
  const me = useMe()
  const rights = useRights()
  const [text, setText] = useTextFilter('q')
  const { at, choose, control, banner } = useAsOf(day ? { leave: { view: undefined, show: undefined } } : {})
  const query = useQuery({ ...accessAtQuery(user.login, at), enabled: !day || !!at })
  const owned = useQuery({ ...accessAtQuery('me'), enabled: !mine }).data
  const [why, setWhy] = useState<Access | null>(null)
  const [ending, setEnding] = useState<Ending | null>(null)
  const mayEnd = useMemo(() => {
    const owns = new Set((owned?.items ?? []).filter((a) => a.relation === 'owner').map((a) => a.resource.id))
    return (a: Access) =>
      !at &&
      (a.paths ?? []).some((p) => p.via === 'direct') &&
      (mine || rights.admin || owns.has(a.resource.id) || (!!a.app && owns.has(a.app.id)))
  }, [owned, at, mine, rights.admin])
  const title = useTitle()
  const needle = text.trim().toLowerCase()
  const items = useMemo(
    () =>
      (query.data?.items ?? []).filter(
        (a) =>
          (day || a.relation === 'member') &&
          (!needle ||
            `${a.resource.name} ${a.app?.name ?? ''} ${givenBy(a.paths)}`.toLowerCase().includes(needle)),
      ),
    [query.data, needle, day],
  )
  const [drawn, choice] = useDrawn(day ? 'as' : 'view')
  const make = useCallback((opened: ReadonlySet<string>) => personGraph(user, items, opened), [user, items])
  const columns: Column<Access>[] = [
    {
      key: 'resource',
      header: 'Access',
      cell: (a) => <ResourceLine resource={a.resource} detail={kindWords[a.resource.kind]} />,
    },
    { key: 'level', header: 'Level', quiet: true, cell: (a) => relationWords[a.relation] },
    ...pathColumns(setWhy, (a) => `why ${mine ? 'I have' : `${user.name} has`} ${title(a.resource)}`),
  ]
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <SearchInput
          label="Filter the access"
          className="min-w-full flex-1 sm:min-w-56"
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
        {control}
        {choice}
      </div>
      {banner(`What ${mine ? 'you' : user.name} had`, `What ${mine ? 'you' : user.name} will have`)}
      {day && !at ? (
        <Card>
          <EmptyState
            kind="first"
            icon={CalendarClock}
            title="On which day?"
            action={days.map(({ ago, label }) => (
              <Button key={ago} onClick={() => choose(localDate(Date.now() - ago * dayLength))}>
                {label}
              </Button>
            ))}
          >
            Everything that {mine ? 'you' : firstName(user.name)} had at the end of it, and why. A day to come
            shows what will be left if nothing changes until then.
          </EmptyState>
        </Card>
      ) : query.isPending ? (
        <SkeletonRows rows={6} label="Loading the access" />
      ) : !query.data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : items.length === 0 ? (
        <Card>
          {needle ? (
            <EmptyState
              kind="filtered"
              title="Nothing matches"
              action={<Button onClick={() => setText('')}>Clear the filter</Button>}
            />
          ) : (
            <EmptyState kind="first" title={at ? 'No access at that moment' : 'No access'}>
              {user.state !== 'active'
                ? `When ${firstName(user.name)} left, everything ended.`
                : 'What is granted shows up here, with when it ends and why.'}
            </EmptyState>
          )}
        </Card>
      ) : drawn ? (
        <GraphView label={`Access of ${user.name}, drawn`} make={make} />
      ) : (
        <Table
          caption={`Access of ${user.name}`}
          columns={columns}
          rows={items}
          id={(a) => a.resource.id + a.relation}
          action={
            items.some(mayEnd)
              ? (a) =>
                  mayEnd(a) && (
                    <Button
                      size="sm"
                      look="danger-quiet"
                      onClick={() =>
                        setEnding({
                          ids: (a.paths ?? []).filter((p) => p.via === 'direct').map((p) => p.grant_id),
                          what: `${mine ? 'your' : `${user.name}’s`} access to ${title(a.resource)}`,
                        })
                      }
                    >
                      End<span className="sr-only"> the access to {title(a.resource)}</span>
                    </Button>
                  )
              : undefined
          }
        />
      )}
      <WhyDrawer
        access={why}
        user={user}
        mine={mine && me?.user.id === user.id}
        onClose={() => setWhy(null)}
      />
      <EndAccess ending={ending} onClose={() => setEnding(null)} />
    </div>
  )
}
