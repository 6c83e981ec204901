import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleAlert, CircleCheck, Hourglass, Undo2, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { batchItemsQuery, batchQuery } from '../../api/expiring'
import { rows } from '../../api/list'
import type { Batch, BatchItem } from '../../api/types'
import { Button, IconButton } from '../../components/Button'
import { Card } from '../../components/Card'
import { ErrorState } from '../../components/ErrorState'
import { later } from '../../components/later'
import { Segments } from '../../components/Segments'
import { SkeletonRows } from '../../components/Skeleton'
import { requestPath } from '../paths'
import { useTitle } from '../titles'
import { atMost, batchWords, itemName, itemWords } from './words'

const UndoDialog = later<Parameters<typeof import('./UndoDialog').UndoDialog>[0]>(() =>
  import('./UndoDialog').then((m) => m.UndoDialog),
)

const titles = { renew: 'Renewal', end: 'Ending', review: 'Marking', undo: 'Undo' } as const

/** BatchPanel shows how far an operation on many grants is, what became of each row, how to fix it, and takes it back. */
export function BatchPanel({
  id,
  onClose,
  onBatch,
  onFix,
}: {
  id: string
  onClose: () => void
  /** Another batch is to be shown: the one that takes this back. */
  onBatch: (id: string) => void
  /** Rows that were too long are to be renewed for the greatest length each allows. */
  onFix: (items: readonly BatchItem[]) => void
}) {
  const client = useQueryClient()
  const batch = useQuery(batchQuery(id))
  const [undoing, setUndoing] = useState(false)
  const b = batch.data
  const state = b?.state
  useEffect(() => {
    if (state && state !== 'working')
      for (const key of ['grants', 'access', 'requests', 'me'])
        void client.invalidateQueries({ queryKey: [key] })
  }, [state, client])
  return (
    <section aria-label="Result">
      <Card>
        {!b ? (
          batch.isError ? (
            <ErrorState error={batch.error} onRetry={() => void batch.refetch()} />
          ) : (
            <SkeletonRows rows={2} label="Loading" />
          )
        ) : (
          <div className="grid gap-3">
            <div className="flex flex-wrap items-start gap-2">
              <div className="min-w-48 flex-1">
                <h2 className="font-semibold">{titles[b.action]}</h2>
                <p role="status" className={b.state === 'refused' ? 'text-bad' : 'text-muted'}>
                  {batchWords(b)}
                </p>
              </div>
              {b.may_undo && (
                <Button icon={<Undo2 aria-hidden className="size-4" />} onClick={() => setUndoing(true)}>
                  Undo…
                </Button>
              )}
              <IconButton label="Close the result" onClick={onClose}>
                <X aria-hidden className="size-4.5" />
              </IconButton>
            </div>
            {b.state === 'working' && (
              <progress
                aria-label="Rows done"
                className="h-2 w-full overflow-hidden rounded-full accent-accent-text"
                max={b.counts.total}
                value={b.counts.total - b.counts.waiting}
              />
            )}
            {b.undone_by && (
              <p className="text-[0.875rem] text-muted">
                It was taken back.{' '}
                <button
                  type="button"
                  className="underline underline-offset-2"
                  onClick={() => onBatch(b.undone_by ?? '')}
                >
                  What came of that
                </button>
              </p>
            )}
            {b.state !== 'working' && <Items key={b.id} batch={b} onFix={onFix} />}
          </div>
        )}
      </Card>
      {b && undoing && (
        <UndoDialog
          batch={b}
          onClose={() => setUndoing(false)}
          onUndone={(undo) => {
            setUndoing(false)
            client.setQueryData(batchQuery(undo.id).queryKey, undo)
            onBatch(undo.id)
          }}
        />
      )}
    </section>
  )
}

function Items({ batch, onFix }: { batch: Batch; onFix: (items: readonly BatchItem[]) => void }) {
  const c = batch.counts
  const states = (
    [
      ['refused', 'Refused', c.refused],
      ['asked', 'Asked for', c.asked],
      ['', 'All', c.total],
    ] as const
  ).filter(([, , n]) => n > 0)
  const [state, setState] = useState<string>(states[0]?.[0] ?? '')
  const query = useInfiniteQuery(batchItemsQuery(batch.id, state || undefined))
  const items = rows(query.data)
  const title = useTitle()
  const fixable = items.filter((it) => again(batch, it))
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-center gap-2">
        {states.length > 1 && (
          <Segments
            label="Rows"
            value={state}
            onChange={setState}
            choices={states.map(([value, label, n]) => ({
              value,
              label: `${label} ${n.toLocaleString('en')}`,
            }))}
          />
        )}
        {fixable.length > 1 && (
          <Button size="sm" onClick={() => onFix(fixable)}>
            Fix {fixable.length}
          </Button>
        )}
      </div>
      {query.isPending ? (
        <SkeletonRows rows={3} label="Loading" />
      ) : (
        <ul aria-label="What became of each" className="grid">
          {items.map((it) => (
            <li
              key={it.position}
              className="flex flex-wrap items-start gap-x-3 gap-y-1 border-line py-2 [&:not(:last-child)]:border-b"
            >
              <Mark state={it.state} />
              <span className="min-w-48 flex-1">
                <span className="font-medium">{itemName(it, title)} </span>
                <span className="block text-[0.875rem] text-muted">
                  {itemWords(it)}
                  {it.request_id && (
                    <>
                      {' '}
                      <Link to={requestPath({ id: it.request_id })} className="underline underline-offset-2">
                        See the request
                      </Link>
                    </>
                  )}
                </span>
              </span>
              {again(batch, it) && (
                <Button size="sm" onClick={() => onFix([it])}>
                  {it.limits ? `Fix: ${atMost(it.limits)}` : 'Try again'}
                  <span className="sr-only"> for {it.grant?.subject.name}</span>
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <Button
          size="sm"
          className="justify-self-start"
          busy={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </div>
  )
}

/** again says whether a row can be renewed after all: it was refused and lives. */
const again = (b: Batch, { grant, state }: BatchItem) =>
  b.action === 'renew' &&
  (state === 'refused' || state === 'untouched') &&
  grant !== undefined &&
  !['ended', 'revoking'].includes(grant.state)

function Mark({ state }: { state: string }) {
  const cls = 'mt-0.5 size-4.5 shrink-0'
  if (state === 'refused') return <CircleAlert aria-label="Refused" className={`${cls} text-bad`} />
  if (state === 'asked' || state === 'waiting' || state === 'untouched')
    return <Hourglass aria-label="Not changed" className={`${cls} text-muted`} />
  return <CircleCheck aria-label="Done" className={`${cls} text-good`} />
}
