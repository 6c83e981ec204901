import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { RotateCw } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { message } from '../../api/error'
import { rows } from '../../api/list'
import { type PendingPerson, type Progress, pendingQuery, retryNow } from '../../api/progress'
import { Button } from '../../components/Button'
import { ErrorState } from '../../components/ErrorState'
import { SearchInput } from '../../components/Input'
import { LoadMore } from '../../components/LoadMore'
import { RelativeTime } from '../../components/RelativeTime'
import { SkeletonRows } from '../../components/Skeleton'
import { toast } from '../../components/toast'
import { Person } from '../names'
import { sinceWords, stateWords } from './words'

/** PendingPeople is the people whom the target does not have yet, or still has, and why. */
export function PendingPeople({ progress: p }: { progress: Progress }) {
  const client = useQueryClient()
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const query = useInfiniteQuery(pendingQuery(p, useDeferredValue(text.trim())))
  const list = rows(query.data)
  const retry = async () => {
    setBusy(true)
    try {
      const { tried } = await retryNow(p)
      toast(tried === 1 ? 'One is tried again now.' : `${tried.toLocaleString('en-GB')} are tried again now.`)
      await client.invalidateQueries({ queryKey: ['progress'] })
    } catch (error) {
      toast(message(error), { tone: 'bad' })
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="grid gap-3 pt-2 pb-3 pl-7 max-sm:pl-0">
      <p className="text-[0.8125rem] text-muted">{sinceWords(p)}</p>
      {(p.reasons ?? []).length > 0 && (
        <ul className="grid gap-1 text-bad">
          {p.reasons?.map((r) => (
            <li key={r.words}>
              {r.words} <span className="text-muted tabular-nums">({r.count.toLocaleString('en-GB')})</span>
            </li>
          ))}
        </ul>
      )}
      <div className="flex flex-wrap items-end gap-2">
        <SearchInput
          label="Filter these people"
          className="min-w-full flex-1 sm:min-w-56"
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
        {p.may_retry && (
          <Button icon={<RotateCw aria-hidden className="size-4" />} busy={busy} onClick={() => void retry()}>
            Try again now
          </Button>
        )}
      </div>
      {query.isPending ? (
        <SkeletonRows rows={3} label="Loading the people" />
      ) : !query.data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : list.length === 0 ? (
        <p className="text-muted">{text ? 'Nobody of them matches.' : 'Nobody is left.'}</p>
      ) : (
        <ul aria-label="Who is left" className="grid max-h-96 divide-y divide-line overflow-y-auto">
          {list.map((it) => (
            <li
              key={it.user.id + it.resource.id}
              className="flex flex-wrap items-center gap-x-4 gap-y-0.5 py-2"
            >
              <Person user={it.user} detail={it.user.login} />
              <Why person={it} />
            </li>
          ))}
        </ul>
      )}
      <LoadMore query={query} />
    </div>
  )
}

function Why({ person: { state, task_id, provisioning: p } }: { person: PendingPerson }) {
  return (
    <span className="ml-auto min-w-0 text-right text-[0.8125rem] text-muted max-sm:ml-0 max-sm:text-left">
      {state === 'by_hand' && task_id ? (
        <Link to={`/tasks/${task_id}` as string} className="underline underline-offset-3">
          {stateWords.by_hand}
        </Link>
      ) : (
        <span className={state === 'failing' ? 'text-bad' : undefined}>
          {state === 'failing' && p.error ? p.error : stateWords[state]}
        </span>
      )}
      {state === 'failing' && p.next_attempt_at && (
        <span className="block">
          Next try <RelativeTime at={p.next_attempt_at} />
        </span>
      )}
    </span>
  )
}
