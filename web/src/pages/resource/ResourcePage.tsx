import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { accessAtQuery } from '../../api/access'
import { rows } from '../../api/list'
import { requestsQuery } from '../../api/request'
import { resourceQuery, resourcesQuery } from '../../api/resource'
import type { Resource } from '../../api/types'
import { Badge } from '../../components/Badge'
import { Breadcrumbs } from '../../components/Breadcrumbs'
import { Button, buttonClass } from '../../components/Button'
import { Card } from '../../components/Card'
import { ErrorState } from '../../components/ErrorState'
import { later } from '../../components/later'
import { PageFrame } from '../../components/PageFrame'
import { ResourceIcon } from '../../components/ResourceIcon'
import { Skeleton, SkeletonRows } from '../../components/Skeleton'
import { Status } from '../../components/Status'
import { Tabs } from '../../components/Tabs'
import { date } from '../../components/time'
import { useAsk } from '../../modules/ask/open'
import { useNew } from '../../modules/create/open'
import { useFilters } from '../../modules/filters'
import { kindWords } from '../../modules/names'
import { requestPath } from '../../modules/paths'
import { useRights } from '../../modules/rights'
import { useTitle } from '../../modules/titles'
import { Overview } from './Overview'

const ProgressLines = later<{ resource: string }>(() =>
  import('../../modules/progress/ProgressLines').then((m) => m.ProgressLines),
)
const holding = <SkeletonRows rows={6} label="Loading" />
const Holders = later<{ resource: Resource; mayGive: boolean; mayEnd: boolean }>(
  () => import('./Holders').then((m) => m.Holders),
  undefined,
  holding,
)
const Gives = later<{ resource: Resource }>(() => import('./Gives').then((m) => m.Gives), undefined, holding)
const AppMap = later<{ resource: Resource }>(
  () => import('./AppMap').then((m) => m.AppMap),
  undefined,
  holding,
)
const ResourceHistory = later<{ resource: Resource }>(
  () => import('./ResourceHistory').then((m) => m.ResourceHistory),
  undefined,
  holding,
)
const AddPart = later<{ app: Resource; onClose: () => void }>(() =>
  import('./AddPart').then((m) => m.AddPart),
)
const Settings = later<{ resource: Resource; mayDelete: boolean }>(
  () => import('./Settings').then((m) => m.Settings),
  undefined,
  holding,
)

export function ResourcePage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { data, error, isPending, refetch } = useQuery(resourceQuery(id))
  if (isPending)
    return (
      <PageFrame title="Catalogue" heading={<Skeleton className="h-6 w-56" />} width="middle">
        <Skeleton className="h-72 rounded-lg" />
      </PageFrame>
    )
  if (!data)
    return (
      <PageFrame title="Catalogue" width="narrow">
        <Card>
          <ErrorState error={error} onRetry={() => void refetch()} />
        </Card>
      </PageFrame>
    )
  return <Loaded key={data.id} resource={data} />
}

function Loaded({ resource: r }: { resource: Resource }) {
  const ask = useAsk()
  const fresh = useNew()
  const [adding, setAdding] = useState(false)
  const rights = useRights()
  const name = useTitle()(r)
  const [filters, set] = useFilters()
  const mine = useQuery(accessAtQuery('me')).data?.items?.find(
    (a) => a.resource.id === r.id && a.relation === 'member',
  )
  const waiting = rows(
    useInfiniteQuery({
      ...requestsQuery({ beneficiary: 'me', state: 'pending', resource: r.slug, limit: 5 }),
      enabled: !r.deleted_at,
    }).data,
  ).find((w) => w.kind !== 'create')
  const parts = rows(
    useInfiniteQuery({
      ...resourcesQuery({ app: r.slug, limit: 1 }),
      enabled: r.kind === 'app' && !r.deleted_at,
    }).data,
  )[0]
  const tabs = [
    { value: 'overview', label: 'Overview', content: <Overview resource={r} /> },
    ...(r.kind === 'work_order'
      ? []
      : [
          {
            value: 'holders',
            label: 'Who has it',
            content: <Holders resource={r} mayGive={!!r.may?.give} mayEnd={!!r.may?.end} />,
          },
        ]),
    ...(r.kind === 'role'
      ? [{ value: 'gives', label: 'What it gives', content: <Gives resource={r} /> }]
      : []),
    ...(r.kind === 'app' && parts
      ? [{ value: 'map', label: 'All that is in it', content: <AppMap resource={r} /> }]
      : []),
    { value: 'history', label: 'History', content: <ResourceHistory resource={r} /> },
    ...(r.may?.edit
      ? [
          {
            value: 'settings',
            label: 'Settings',
            content: <Settings resource={r} mayDelete={!!r.may?.delete} />,
          },
        ]
      : []),
  ]
  const tab = tabs.some((t) => t.value === filters.tab) ? (filters.tab ?? '') : 'overview'
  return (
    <PageFrame
      title={name}
      width={tab === 'settings' ? 'wide' : 'middle'}
      crumbs={
        <Breadcrumbs
          items={[
            { to: '/catalogue', label: 'Catalogue' },
            ...(r.app ? [{ to: `/catalogue/${r.app.slug}`, label: r.app.name }] : []),
          ]}
        />
      }
      heading={
        <span className="flex items-center gap-3">
          <ResourceIcon kind={r.kind} name={r.name} slug={r.slug} size="lg" />
          <span>
            {name}
            <span className="mt-0.5 block font-normal text-[0.875rem] text-muted tracking-normal">
              {kindWords[r.kind]}
            </span>
          </span>
        </span>
      }
      status={
        r.deleted_at ? (
          <Badge>Removed on {date(r.deleted_at)}</Badge>
        ) : mine ? (
          <Status state={mine.state}>
            {mine.state === 'active'
              ? mine.ends_at
                ? `You have it until ${date(mine.ends_at)}`
                : 'You have it'
              : undefined}
          </Status>
        ) : undefined
      }
      actions={
        <>
          {r.kind === 'role' && !r.deleted_at && rights.catalogue && (
            <Link
              to={'/roles/new' as string}
              search={{ action: 'copy', role: r.slug }}
              className={buttonClass()}
            >
              Reorganize
            </Link>
          )}
          {r.kind === 'app' && !r.deleted_at && r.slug !== 'sallyport' && (
            <Button
              onClick={() => (r.may?.edit ? setAdding(true) : fresh({ kind: 'entitlement', app: r.slug }))}
            >
              {r.may?.edit ? 'Add access in it' : 'Ask for new access in it'}
            </Button>
          )}
          {r.deleted_at ? undefined : waiting ? (
            <Link to={requestPath(waiting)} className={buttonClass('primary')}>
              See your request
            </Link>
          ) : r.managed ? (
            <Button
              look="primary"
              onClick={() => ask({ resource: r.slug, ...(mine?.ends_at ? { extend: true } : {}) })}
              disabled={!!mine && !mine.ends_at}
            >
              {mine?.ends_at ? 'Renew' : r.kind === 'work_order' ? 'Order' : 'Request access'}
            </Button>
          ) : undefined}
        </>
      }
    >
      {adding && <AddPart app={r} onClose={() => setAdding(false)} />}
      {!r.deleted_at && r.kind !== 'role' && r.kind !== 'work_order' && <ProgressLines resource={r.slug} />}
      <Tabs
        label={`About ${name}`}
        value={tab}
        onChange={(next) =>
          set({
            tab: next === 'overview' ? undefined : next,
            q: undefined,
            relation: undefined,
            at: undefined,
            view: undefined,
          })
        }
        tabs={tabs}
      />
    </PageFrame>
  )
}
