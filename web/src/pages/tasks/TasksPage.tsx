import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ClipboardCheck } from 'lucide-react'
import { useState } from 'react'
import { message } from '../../api/error'
import { rows } from '../../api/list'
import { claimTask } from '../../api/task'
import type { Task } from '../../api/types'
import { taskListQuery } from '../../api/work'
import { Badge } from '../../components/Badge'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { LoadMore } from '../../components/LoadMore'
import { many } from '../../components/number'
import { PageFrame } from '../../components/PageFrame'
import { RelativeTime } from '../../components/RelativeTime'
import { ResourceIcon } from '../../components/ResourceIcon'
import { useRowKeys } from '../../components/rowKeys'
import { Segments } from '../../components/Segments'
import { SkeletonRows } from '../../components/Skeleton'
import { Status } from '../../components/Status'
import { toast } from '../../components/toast'
import { useFilters } from '../../modules/filters'
import { useMe } from '../../modules/me'
import { useRights } from '../../modules/rights'
import { useTitle } from '../../modules/titles'
import { assigneeWords, byDue, overdue, taskTitle } from './words'

export function TasksPage() {
  const [filters, set] = useFilters()
  const me = useMe()
  const rights = useRights()
  useRowKeys('Tasks')
  const scope =
    filters.scope === 'all' && rights.auditor ? 'all' : filters.scope === 'claimed' ? 'claimed' : 'mine'
  const done = filters.state === 'done'
  const query = useInfiniteQuery(
    taskListQuery({
      ...(scope === 'all' ? {} : { assignee: 'me' }),
      ...(scope === 'claimed' && !done ? { state: 'claimed' } : { state: done ? 'done' : 'todo' }),
    }),
  )
  const items = rows(query.data)
    .filter((t) => scope !== 'claimed' || done || t.claimed_by?.id === me?.user.id)
    .sort(byDue)
  const late = items.filter((t) => overdue(t)).length
  return (
    <PageFrame
      title="Tasks"
      sub={
        done
          ? 'What was done.'
          : late
            ? `${late === items.length && query.hasNextPage ? 'At least ' : ''}${many(late, 'is overdue', 'are overdue')}.`
            : 'What is to be done by hand, for you and your groups.'
      }
      width="middle"
    >
      <div className="mb-4 flex flex-wrap gap-2">
        <Segments
          label="Whose tasks"
          className="max-sm:w-full"
          value={scope}
          onChange={(v) => set({ scope: v === 'mine' ? undefined : v })}
          choices={[
            { value: 'mine', label: 'Mine and my groups’' },
            { value: 'claimed', label: 'In my hands' },
            ...(rights.auditor ? [{ value: 'all' as const, label: 'All' }] : []),
          ]}
        />
        <Segments
          label="State"
          className="max-sm:w-full"
          value={done ? 'done' : 'open'}
          onChange={(v) => set({ state: v === 'open' ? undefined : v })}
          choices={[
            { value: 'open', label: 'To do' },
            { value: 'done', label: 'Done' },
          ]}
        />
      </div>
      <Card pad={false}>
        {query.isPending ? (
          <div className="p-5">
            <SkeletonRows rows={5} label="Loading the tasks" />
          </div>
        ) : !query.data ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : items.length === 0 ? (
          <EmptyState
            kind={scope === 'mine' && !done ? 'first' : 'filtered'}
            icon={ClipboardCheck}
            title={done ? 'Nothing was done yet' : 'Nothing to do'}
            action={
              scope !== 'mine' || done ? (
                <Button onClick={() => set({ scope: undefined, state: undefined })}>
                  Show what is to do
                </Button>
              ) : undefined
            }
          >
            When something that is fulfilled by hand is approved, a task for you or your group shows up here.
          </EmptyState>
        ) : (
          <ul aria-label="Tasks" className="divide-y divide-line">
            {items.map((t) => (
              <TaskRow key={t.id} task={t} me={me?.user.id} />
            ))}
          </ul>
        )}
      </Card>
      <LoadMore query={query} />
    </PageFrame>
  )
}

function TaskRow({ task: t, me }: { task: Task; me?: string }) {
  const name = taskTitle(t, useTitle())
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const claim = async () => {
    setBusy(true)
    try {
      await claimTask(t.id)
      toast('It is yours now.', { tone: 'good' })
    } catch (e) {
      toast(message(e), { tone: 'bad' })
    } finally {
      setBusy(false)
      void client.invalidateQueries({ queryKey: ['tasks'] })
      void client.invalidateQueries({ queryKey: ['task', t.id] })
      void client.invalidateQueries({ queryKey: ['me'] })
    }
  }
  const mine = t.claimed_by?.id === me
  return (
    <li
      data-row
      className="flex flex-wrap items-center gap-x-3.5 gap-y-2.5 px-5 py-3.5 hover:bg-hover/40 max-md:px-4"
    >
      <ResourceIcon kind={t.resource.kind} name={t.resource.name} slug={t.resource.slug} />
      <div className="min-w-0 flex-1 basis-60">
        <Link
          to={`/tasks/${t.id}` as string}
          className="block truncate rounded font-medium underline-offset-2 hover:underline"
        >
          {name}
        </Link>
        <p className="truncate text-[0.8125rem] text-muted">
          {t.claimed_by
            ? mine
              ? 'In your hands'
              : `In the hands of ${t.claimed_by.name}`
            : `For ${assigneeWords(t)}`}
          {' · opened '}
          <RelativeTime at={t.created_at} />
        </p>
      </div>
      {t.state === 'open' || t.state === 'claimed' ? (
        overdue(t) ? (
          <Badge tone="bad">
            Due <RelativeTime at={t.due_at} />
          </Badge>
        ) : (
          <span className="text-[0.8125rem] text-muted">
            Due <RelativeTime at={t.due_at} />
          </span>
        )
      ) : (
        <Status state={t.state} />
      )}
      <div className="flex gap-2 max-md:w-full max-md:[&>*]:flex-1 md:min-w-24 md:justify-end">
        {t.may_claim && t.state === 'open' && (
          <Button size="sm" busy={busy} onClick={() => void claim()}>
            Take it<span className="sr-only">: {name}</span>
          </Button>
        )}
        {mine && t.state === 'claimed' && (
          <Link
            to={`/tasks/${t.id}` as string}
            className="touch inline-flex min-h-8 items-center justify-center rounded-md border border-line bg-surface px-2.5 font-medium text-[0.8125rem] shadow-card hover:bg-hover"
          >
            Finish<span className="sr-only">: {name}</span>
          </Link>
        )}
      </div>
    </li>
  )
}
