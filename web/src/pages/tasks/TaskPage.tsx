import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { message } from '../../api/error'
import { requestQuery } from '../../api/request'
import { claimTask, completeTask, rejectTask } from '../../api/task'
import type { Task } from '../../api/types'
import { taskQuery, unclaimTask } from '../../api/work'
import { Badge } from '../../components/Badge'
import { Breadcrumbs } from '../../components/Breadcrumbs'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { ErrorState } from '../../components/ErrorState'
import { Facts } from '../../components/Facts'
import { Field } from '../../components/Field'
import { Confirm } from '../../components/LaterConfirm'
import { Note } from '../../components/Note'
import { PageFrame } from '../../components/PageFrame'
import { RelativeTime } from '../../components/RelativeTime'
import { Skeleton } from '../../components/Skeleton'
import { Status } from '../../components/Status'
import { Textarea } from '../../components/Textarea'
import { howLong } from '../../components/time'
import { toast } from '../../components/toast'
import { AnswerList } from '../../modules/form/AnswerList'
import { WhatChanges } from '../../modules/impact/Folded'
import { useMe } from '../../modules/me'
import { PersonLink, ResourceLink, relationWords } from '../../modules/names'
import { requestPath } from '../../modules/paths'
import { useTitle } from '../../modules/titles'
import { assigneeWords, isOpen, overdue, taskTitle } from './words'

export function TaskPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { data, error, isPending, refetch } = useQuery(taskQuery(id))
  const crumbs = <Breadcrumbs items={[{ to: '/tasks', label: 'Tasks' }]} />
  if (isPending)
    return (
      <PageFrame title="Task" crumbs={crumbs} heading={<Skeleton className="h-6 w-64" />} width="middle">
        <Skeleton className="h-64 rounded-lg" />
      </PageFrame>
    )
  if (!data)
    return (
      <PageFrame title="Task" crumbs={crumbs} width="narrow">
        <Card>
          <ErrorState error={error} onRetry={() => void refetch()} />
        </Card>
      </PageFrame>
    )
  return <Loaded task={data} />
}

function Loaded({ task: t }: { task: Task }) {
  const name = taskTitle(t, useTitle())
  const request = useQuery({ ...requestQuery(t.request_id ?? ''), enabled: !!t.request_id }).data
  const answers = t.answers && Object.keys(t.answers).length > 0
  return (
    <PageFrame
      title={name}
      width="middle"
      crumbs={<Breadcrumbs items={[{ to: '/tasks', label: 'Tasks' }]} />}
      status={
        <>
          <Status state={t.state} />
          {overdue(t) && <Badge tone="bad">Overdue</Badge>}
        </>
      }
      sub={
        isOpen(t) ? (
          <>
            Due <RelativeTime at={t.due_at} />
          </>
        ) : (
          t.closed_at && (
            <>
              Closed <RelativeTime at={t.closed_at} />
              {t.closed_by && <> by {t.closed_by.name}</>}
            </>
          )
        )
      }
    >
      <div className="grid items-start gap-4 md:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-4 max-md:order-2">
          <Card title="What to do">
            {t.instructions ? (
              <p className="whitespace-pre-line [overflow-wrap:anywhere]">{t.instructions}</p>
            ) : (
              <p className="text-muted">
                {t.kind === 'remove'
                  ? 'Take the access away in the system, then say here that it is gone.'
                  : 'Make it real in the system, then say here what was done.'}
              </p>
            )}
          </Card>
          {answers && (
            <Card title="What was filled in">
              <AnswerList form={request?.form} answers={t.answers} />
            </Card>
          )}
          <Card title="What it is about">
            <Facts
              rows={[
                [
                  t.resource.kind === 'work_order' ? 'What' : 'Access',
                  <ResourceLink key="r" resource={t.resource} />,
                ],
                ['For', <PersonLink key="p" user={t.beneficiary} />],
                t.resource.kind !== 'work_order' && ['Level', relationWords[t.relation]],
                request && howLong(request) ? ['How long', howLong(request)] : false,
                request?.reason ? ['Why', `“${request.reason}”`] : false,
                ['Whose work', assigneeWords(t)],
                t.claimed_by && [
                  'In the hands of',
                  <span key="c">
                    <PersonLink user={t.claimed_by} />
                    {t.claimed_at && (
                      <span className="text-muted">
                        {' · '}
                        <RelativeTime at={t.claimed_at} />
                      </span>
                    )}
                  </span>,
                ],
                !!t.request_id && [
                  'Request',
                  <Link
                    key="q"
                    to={requestPath({ id: t.request_id })}
                    className="font-medium underline-offset-2 hover:underline"
                  >
                    Open it
                  </Link>,
                ],
              ]}
            />
          </Card>
          {(t.evidence || t.reason) && (
            <Card title={t.state === 'rejected' ? 'Why it was rejected' : 'What was done'}>
              <p className="whitespace-pre-line [overflow-wrap:anywhere]">{t.evidence || t.reason}</p>
            </Card>
          )}
        </div>
        {isOpen(t) && (
          <div className="grid min-w-0 gap-4 max-md:order-1">
            <Work task={t} />
          </div>
        )}
      </div>
    </PageFrame>
  )
}

/** Work is what the person may do with the task now. */
function Work({ task: t }: { task: Task }) {
  const me = useMe()
  const client = useQueryClient()
  const [evidence, setEvidence] = useState('')
  const [error, setError] = useState('')
  const [busy, setBusy] = useState('')
  const [rejecting, setRejecting] = useState(false)
  const fresh = () => {
    for (const key of [['task', t.id], ['tasks'], ['me'], ['request'], ['requests'], ['access'], ['grants']])
      void client.invalidateQueries({ queryKey: key })
  }
  const run = async (what: string, work: () => Promise<unknown>, said: string) => {
    setBusy(what)
    setError('')
    try {
      await work()
      toast(said, { tone: 'good' })
    } catch (e) {
      setError(message(e))
    } finally {
      setBusy('')
      fresh()
    }
  }
  const mine = t.claimed_by?.id === me?.user.id
  const other = t.claimed_by && !mine ? t.claimed_by : undefined
  if (!t.may_claim && !t.may_complete)
    return (
      <Card title="Your part">
        <p className="text-muted">
          {t.beneficiary.id === me?.user.id
            ? 'It is for you, so somebody else completes it.'
            : other
              ? `${other.name} has taken it.`
              : `It is the work of ${assigneeWords(t)}.`}
        </p>
      </Card>
    )
  return (
    <Card title="Your part">
      <div className="grid gap-4">
        {error && <Note tone="bad">{error}</Note>}
        {other && <Note>{other.name} has taken it.</Note>}
        {t.may_claim && t.state === 'open' && (
          <>
            <p className="text-muted">Take it, so that nobody else begins too.</p>
            <Button
              look="primary"
              size="lg"
              busy={busy === 'claim'}
              onClick={() => void run('claim', () => claimTask(t.id), 'It is yours now.')}
            >
              Take it
            </Button>
          </>
        )}
        {t.may_complete && (
          <>
            <Field
              label="What was done"
              help="A sentence, a ticket number, a serial number. It is kept as evidence."
              required={false}
            >
              {(control) => (
                <Textarea {...control} value={evidence} onChange={(e) => setEvidence(e.target.value)} />
              )}
            </Field>
            <Button
              look={t.state === 'claimed' ? 'primary' : 'secondary'}
              size="lg"
              busy={busy === 'complete'}
              onClick={() =>
                void run(
                  'complete',
                  () => completeTask(t.id, evidence.trim()),
                  'Done. Everybody concerned is told.',
                )
              }
            >
              {t.kind === 'remove' ? 'It is removed' : 'It is done'}
            </Button>
            <div className="flex flex-wrap gap-2 border-line border-t pt-3">
              {mine && (
                <Button
                  look="quiet"
                  busy={busy === 'unclaim'}
                  onClick={() => void run('unclaim', () => unclaimTask(t.id), 'Given back.')}
                >
                  Give it back
                </Button>
              )}
              <Button look="danger-quiet" onClick={() => setRejecting(true)}>
                It cannot be done
              </Button>
            </div>
          </>
        )}
      </div>
      <Confirm
        open={rejecting}
        danger
        onClose={() => setRejecting(false)}
        title="Reject this task?"
        action="Reject it"
        dismiss="Go on"
        reason={{ label: 'Why can it not be done?', required: true, help: 'The requester reads this.' }}
        onConfirm={async (reason) => {
          await rejectTask(t.id, reason)
          toast('Rejected. The requester is told why.')
          fresh()
        }}
      >
        The request fails, and nothing is granted.
        <div className="mt-3 text-ink">
          <WhatChanges
            trial={{
              method: 'post',
              path: '/api/v1/tasks/{id}/reject',
              params: { id: t.id },
              body: { reason: 'It is not done yet' },
            }}
          />
        </div>
      </Confirm>
    </Card>
  )
}
