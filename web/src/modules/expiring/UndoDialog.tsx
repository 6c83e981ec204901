import { useQuery } from '@tanstack/react-query'
import { CircleAlert, Undo2 } from 'lucide-react'
import { newKey } from '../../api/client'
import { message } from '../../api/error'
import { undoBatch, undoBatchPath } from '../../api/expiring'
import { tryQuery } from '../../api/impact'
import type { Batch } from '../../api/types'
import { Confirm } from '../../components/Confirm'
import { Disclosure } from '../../components/Disclosure'
import { Note } from '../../components/Note'
import { Skeleton } from '../../components/Skeleton'
import { ImpactView } from '../impact/Impact'
import { useTitle } from '../titles'
import { itemName, itemWords, taken } from './words'

const titles = { renew: 'this renewal', end: 'this', review: 'these marks', undo: 'this' } as const

/** UndoDialog says what taking a batch back would do, from a rehearsal of it, and does it when that is confirmed. */
export function UndoDialog({
  batch: b,
  onClose,
  onUndone,
}: {
  batch: Batch
  onClose: () => void
  onUndone: (undo: Batch) => void
}) {
  const trial = { method: 'post', path: undoBatchPath, params: { id: b.id }, body: {} } as const
  const { data, error } = useQuery(tryQuery(trial))
  const undo = data?.result as Batch | undefined
  const counts = undo?.counts
  const nothing = counts?.undone === 0
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Undo ${titles[b.action]}?`}
      action={counts && !nothing ? `Take back ${counts.undone.toLocaleString('en')}` : 'Take it back'}
      disabled={nothing || (!data && !error)}
      dismiss="Leave it"
      onConfirm={async () => onUndone(await undoBatch(b.id, newKey()))}
    >
      <div className="grid gap-3 text-ink" aria-live="polite">
        {error ? (
          <Note tone="warn">What it would do is not known. {message(error)}</Note>
        ) : !data || !counts ? (
          <Skeleton className="h-24" />
        ) : (
          <>
            <ul aria-label="What undoing does" className="grid gap-2">
              <li className="flex gap-2.5">
                <Undo2 aria-hidden className="mt-0.5 size-4.5 shrink-0 text-muted" />
                <span>
                  <span className="font-medium">
                    Would be taken back: {counts.undone.toLocaleString('en')}
                  </span>
                  {!nothing && <span className="block text-[0.875rem] text-muted">{taken(b)}</span>}
                </span>
              </li>
              {counts.refused > 0 && (
                <li className="flex gap-2.5">
                  <CircleAlert aria-hidden className="mt-0.5 size-4.5 shrink-0 text-warn" />
                  <span className="min-w-0 flex-1">
                    <span className="font-medium">Cannot be: {counts.refused.toLocaleString('en')}</span>
                    <Refusals undo={undo} />
                  </span>
                </li>
              )}
            </ul>
            {!nothing && <ImpactView impact={data.impact} />}
          </>
        )}
      </div>
    </Confirm>
  )
}

/** Refusals lists the rows that cannot be taken back and why, folded when they are many. */
function Refusals({ undo }: { undo: Batch }) {
  const title = useTitle()
  const items = undo.refusals ?? []
  const list = (
    <ul aria-label="What cannot be taken back" className="grid gap-1.5 pt-1 text-[0.875rem]">
      {items.map((it) => (
        <li key={it.position} className="[overflow-wrap:anywhere]">
          {itemName(it, title)}
          <span className="block text-muted">{itemWords(it)}</span>
        </li>
      ))}
      {!!undo.refusals_cut && (
        <li className="text-muted">… and {undo.refusals_cut.toLocaleString('en')} more.</li>
      )}
    </ul>
  )
  return items.length > 5 ? <Disclosure title="Which, and why">{list}</Disclosure> : list
}
