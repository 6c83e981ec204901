import { useQuery } from '@tanstack/react-query'
import { CircleAlert, Undo2 } from 'lucide-react'
import { newKey } from '../../api/client'
import { message } from '../../api/error'
import { undoBatch, undoBatchPath } from '../../api/expiring'
import { tryQuery } from '../../api/impact'
import type { Batch } from '../../api/types'
import { Confirm } from '../../components/Confirm'
import { Note } from '../../components/Note'
import { Skeleton } from '../../components/Skeleton'
import { ImpactView } from '../impact/Impact'
import { Refusals } from './Refusals'
import { taken } from './words'

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
                    <Refusals label="What cannot be taken back" batch={undo} />
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
