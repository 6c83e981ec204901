import { useQuery } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { type Progress, progressQuery } from '../../api/progress'
import { later } from '../../components/later'
import { useTitle } from '../titles'
import { doneWords, moreWords } from './words'

const PendingPeople = later<{ progress: Progress }>(() =>
  import('./PendingPeople').then((m) => m.PendingPeople),
)

/** ProgressLines is there only while something of a resource, or of what a role gives, is under way or failing. */
export function ProgressLines({ resource, named }: { resource: string; named?: boolean }) {
  const { data } = useQuery(progressQuery(resource))
  const items = data?.items ?? []
  if (items.length === 0) return null
  return (
    <section
      aria-label="Under way"
      className="mb-4 grid divide-y divide-line rounded-lg border border-line bg-raised"
    >
      {items.map((p) => (
        <Line key={p.resource.id + p.direction} progress={p} named={named} />
      ))}
    </section>
  )
}

function Line({ progress: p, named }: { progress: Progress; named?: boolean }) {
  const [open, setOpen] = useState(false)
  const name = useTitle()(p.resource)
  const words = doneWords(p)
  const label = named ? `${name}: ${words}` : words.replace(/^./, (c) => c.toUpperCase())
  return (
    <details className="group px-4 py-1.5" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary className="touch flex min-h-9 list-none flex-wrap items-center gap-x-3 gap-y-1 rounded-md hover:text-accent-text [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="size-4 shrink-0 text-muted transition-transform group-open:rotate-90"
        />
        <span className="tabular-nums">{label}</span>
        <span className="text-[0.8125rem] text-muted tabular-nums">{moreWords(p).join(' · ')}</span>
        <progress
          className="progress ml-auto h-1.5 w-32 max-sm:w-full"
          aria-label={label}
          value={p.done}
          max={Math.max(1, p.total)}
          data-failing={p.failing > 0 || undefined}
        />
      </summary>
      {open && <PendingPeople progress={p} />}
    </details>
  )
}
