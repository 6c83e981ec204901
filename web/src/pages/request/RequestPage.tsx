import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { ComponentProps } from 'react'
import { requestQuery } from '../../api/request'
import type { AccessRequest } from '../../api/types'
import { Breadcrumbs } from '../../components/Breadcrumbs'
import { Card } from '../../components/Card'
import { ErrorState } from '../../components/ErrorState'
import { later } from '../../components/later'
import { PageFrame } from '../../components/PageFrame'
import { RelativeTime } from '../../components/RelativeTime'
import { Skeleton } from '../../components/Skeleton'
import { Status } from '../../components/Status'
import { Timeline } from '../../components/Timeline'
import { howLong } from '../../components/time'
import type { CreationView as Whole } from '../../modules/create/CreationView'
import { AnswerList } from '../../modules/form/AnswerList'
import { useMe } from '../../modules/me'
import { askTitle, askVerb, forOther, PersonLink, relationWords, SubjectLink } from '../../modules/names'
import { useTitle } from '../../modules/titles'
import { useHeld } from '../../modules/undo'
import { GrantCard } from './GrantCard'
import { PendingCard } from './PendingCard'
import { steps } from './steps'

const CreationView = later<ComponentProps<typeof Whole>>(
  () => import('../../modules/create/CreationView').then((m) => m.CreationView),
  undefined,
  <Skeleton className="h-40 rounded-lg" />,
)

const DecisionPanel = later<{ request: AccessRequest }>(
  () => import('../../modules/decision/DecisionPanel').then((m) => m.DecisionPanel),
  undefined,
  <Skeleton className="h-64 rounded-lg" />,
)

export function RequestPage() {
  const { id } = useParams({ from: '/shell/requests/$id' })
  const { data, error, isPending, refetch } = useQuery(requestQuery(id))
  if (isPending) return <Loading />
  if (!data)
    return (
      <PageFrame title="Request" width="narrow">
        <Card>
          <ErrorState error={error} onRetry={() => void refetch()} />
        </Card>
      </PageFrame>
    )
  return <Loaded request={data} />
}

function Loaded({ request: r }: { request: AccessRequest }) {
  const me = useMe()
  const title = useTitle()
  const held = useHeld().has(r.id)
  const admin = me?.permissions.admin ?? false
  const answers = Object.keys(r.answers ?? {}).length + (r.redacted?.length ?? 0) > 0
  const decide = r.state === 'pending' && (r.may_vote || held)
  const side = [
    decide && <DecisionPanel key="decide" request={r} />,
    r.grant && <GrantCard key="grant" grant={r.grant} />,
    r.state === 'pending' && (r.may_cancel || admin) && (
      <PendingCard key="pending" request={r} mine={r.requester.id === me?.user.id} admin={admin} />
    ),
  ].filter(Boolean)
  return (
    <PageFrame
      title={askTitle(r, title)}
      width="middle"
      crumbs={
        <Breadcrumbs
          items={
            decide ? [{ to: '/approvals', label: 'Approvals' }] : [{ to: '/requests', label: 'Requests' }]
          }
        />
      }
      heading={
        <>
          <PersonLink user={r.requester} /> <span className="font-normal">{askVerb(r)}</span>{' '}
          <SubjectLink request={r} />
          {forOther(r) && (
            <>
              {' '}
              <span className="font-normal">for</span> <PersonLink user={r.beneficiary} />
            </>
          )}
        </>
      }
      status={<Status state={r.state}>{decide && !held ? 'Waiting for you' : undefined}</Status>}
      sub={
        <>
          {r.kind !== 'work_order' && r.kind !== 'create' && <>{relationWords[r.relation]} · </>}
          {howLong(r) && <>{howLong(r)} · </>}
          <RelativeTime at={r.created_at} before="asked " /> ·{' '}
          <span className="font-mono text-[0.8125rem]">{r.id}</span>
        </>
      }
    >
      <div
        className={
          side.length
            ? 'grid items-start gap-4 md:grid-cols-[minmax(0,1fr)_23.75rem] max-lg:md:grid-cols-[minmax(0,1fr)_20rem]'
            : 'max-w-[44rem]'
        }
      >
        <div className="grid min-w-0 gap-4 max-md:order-2">
          <Card title="Progress">
            <Timeline label="Progress" steps={steps(r, me?.user.id)} />
            {r.superseded_by?.startsWith('req_') && (
              <p className="mt-3">
                <Link
                  to="/requests/$id"
                  params={{ id: r.superseded_by }}
                  className="underline underline-offset-2"
                >
                  Open the request that replaced it
                </Link>
              </p>
            )}
          </Card>
          {r.create && (
            <Card title={r.create.decided ? 'As asked, and as decided' : 'What was asked for'}>
              <CreationView creation={r.create} />
            </Card>
          )}
          {answers && (
            <Card title="What was filled in">
              <AnswerList form={r.form} answers={r.answers} redacted={r.redacted} />
            </Card>
          )}
        </div>
        {side.length > 0 && <div className="grid min-w-0 gap-4 max-md:order-1">{side}</div>}
      </div>
    </PageFrame>
  )
}

function Loading() {
  return (
    <PageFrame
      title="Request"
      heading={
        <>
          <span className="sr-only">Request</span>
          <Skeleton className="h-6 w-72" />
        </>
      }
      sub={<Skeleton className="mt-2 h-4 w-52" />}
      width="middle"
    >
      <div role="status" aria-label="Loading" className="grid gap-4 md:grid-cols-[minmax(0,1fr)_23.75rem]">
        <Skeleton className="h-80 rounded-lg" />
        <Skeleton className="h-64 rounded-lg" />
      </div>
    </PageFrame>
  )
}
