import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { UserPlus } from 'lucide-react'
import type { ReactNode } from 'react'
import { accessAtQuery } from '../../api/access'
import type { User } from '../../api/types'
import { reportsQuery, userQuery } from '../../api/user'
import { Avatar } from '../../components/Avatar'
import { Badge } from '../../components/Badge'
import { Breadcrumbs } from '../../components/Breadcrumbs'
import { Button, buttonClass } from '../../components/Button'
import { Card } from '../../components/Card'
import { ErrorState } from '../../components/ErrorState'
import { later } from '../../components/later'
import { PageFrame } from '../../components/PageFrame'
import { Skeleton, SkeletonRows } from '../../components/Skeleton'
import { Status } from '../../components/Status'
import { Tabs } from '../../components/Tabs'
import { date } from '../../components/time'
import { useAsk } from '../../modules/ask/open'
import { useFilters } from '../../modules/filters'
import { useMe } from '../../modules/me'
import { firstName, PersonLink } from '../../modules/names'
import { useRights } from '../../modules/rights'

const holding = <SkeletonRows rows={5} label="Loading" />
interface Of {
  user: User
  mine: boolean
}
const Holdings = later<Of>(
  () => import('../../modules/access/Holdings').then((m) => m.Holdings),
  undefined,
  holding,
)
const PersonOwns = later<Of>(() => import('./PersonOwns').then((m) => m.PersonOwns), undefined, holding)
const Lost = later<Of>(() => import('../../modules/access/Lost').then((m) => m.Lost), undefined, holding)
const PersonRequests = later<Of>(
  () => import('./PersonRequests').then((m) => m.PersonRequests),
  undefined,
  holding,
)
const PersonHistory = later<Of>(
  () => import('./PersonHistory').then((m) => m.PersonHistory),
  undefined,
  holding,
)
const PersonErase = later<{ user: User }>(
  () => import('./PersonErase').then((m) => m.PersonErase),
  undefined,
  holding,
)
const SignIn = later<object>(() => import('./SignIn').then((m) => m.SignIn), undefined, holding)

export function PersonPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { data, error, isPending, refetch } = useQuery(userQuery(id))
  if (isPending)
    return (
      <PageFrame title="People" heading={<Skeleton className="h-6 w-56" />} width="middle">
        <Skeleton className="h-72 rounded-lg" />
      </PageFrame>
    )
  if (!data)
    return (
      <PageFrame title="People" width="narrow">
        <Card>
          <ErrorState error={error} onRetry={() => void refetch()} />
        </Card>
      </PageFrame>
    )
  return <Loaded key={data.id} user={data} />
}

function Loaded({ user: u }: { user: User }) {
  const me = useMe()
  const ask = useAsk()
  const [filters, set] = useFilters()
  const rights = useRights()
  const mine = me?.user.id === u.id
  // Read while the part that shows it is on its way.
  useQuery({ ...accessAtQuery(u.login), enabled: !filters.tab && !filters.at })
  const reports = useQuery(reportsQuery(u.login)).data?.items ?? []
  const tabs = [
    { value: 'access', label: 'Access', content: <Holdings user={u} mine={mine} /> },
    { value: 'owns', label: 'Owns', content: <PersonOwns user={u} mine={mine} /> },
    { value: 'lost', label: 'Lost', content: <Lost user={u} mine={mine} /> },
    { value: 'requests', label: 'Requests', content: <PersonRequests user={u} mine={mine} /> },
    { value: 'history', label: 'History', content: <PersonHistory user={u} mine={mine} /> },
    ...(rights.admin && !mine
      ? [{ value: 'data', label: 'Personal data', content: <PersonErase user={u} /> }]
      : []),
    ...(mine ? [{ value: 'sign-in', label: 'Sign-in', content: <SignIn /> }] : []),
  ]
  const tab = tabs.some((t) => t.value === filters.tab) ? (filters.tab ?? '') : 'access'
  return (
    <PageFrame
      title={u.name}
      width="middle"
      crumbs={<Breadcrumbs items={[{ to: '/people', label: 'People' }]} />}
      heading={
        <span className="flex items-center gap-4">
          <Avatar name={u.name} size="xl" />
          <span className="min-w-0">
            {u.name}
            <span className="mt-0.5 block font-normal text-[0.9375rem] text-muted tracking-normal">
              {[u.title, u.department].filter(Boolean).join(' · ') || u.login}
            </span>
          </span>
        </span>
      }
      status={
        <>
          {u.state !== 'active' && (
            <Status state={u.state}>
              {u.left_at ? `${u.state === 'gone' ? 'Left' : 'Suspended'} ${date(u.left_at)}` : undefined}
            </Status>
          )}
          {u.kind !== 'person' && <Badge>{u.kind === 'service' ? 'Service account' : 'Agent'}</Badge>}
        </>
      }
      actions={
        u.state === 'active' && (
          <>
            {!mine && me && (
              <Link
                to={'/compare' as string}
                search={{ users: `${me.user.login},${u.login}`, show: 'different' }}
                className={buttonClass()}
              >
                Compare with me
              </Link>
            )}
            {mine && (
              <Link to={'/away' as string} className={buttonClass()}>
                Plan an absence
              </Link>
            )}
            <Button
              look={mine ? 'primary' : 'secondary'}
              icon={<UserPlus aria-hidden className="size-4" />}
              onClick={() => ask(mine ? {} : { beneficiary: u.login })}
            >
              {mine ? 'Request access' : `Request for ${firstName(u.name)}`}
            </Button>
          </>
        )
      }
    >
      <dl className="mb-5 flex flex-wrap gap-x-8 gap-y-2 text-[0.9375rem]">
        <Fact name="Login">{u.login}</Fact>
        {u.email && <Fact name="E-mail">{u.email}</Fact>}
        {u.manager && (
          <Fact name="Manager">
            <PersonLink user={u.manager} />
          </Fact>
        )}
        {u.accountable && (
          <Fact name="Answers for it">
            <PersonLink user={u.accountable} />
          </Fact>
        )}
        {reports.length > 0 && (
          <Fact name="Reports">
            <Link
              to={'/people' as string}
              search={{ manager: u.login }}
              className="rounded py-[3px] font-medium underline-offset-2 hover:underline"
            >
              {reports.length} {reports.length === 1 ? 'person' : 'people'}
            </Link>
          </Fact>
        )}
        {u.source && <Fact name="Known from">{u.source}</Fact>}
      </dl>
      <Tabs
        label={`About ${u.name}`}
        value={tab}
        onChange={(next) =>
          set({
            tab: next === 'access' ? undefined : next,
            at: undefined,
            q: undefined,
            sort: undefined,
            state: undefined,
          })
        }
        tabs={tabs}
      />
    </PageFrame>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-[0.8125rem] text-muted">{name}</dt>
      <dd className="[overflow-wrap:anywhere]">{children}</dd>
    </div>
  )
}
