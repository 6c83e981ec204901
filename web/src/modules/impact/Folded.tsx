import { ChevronRight } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { Trial } from '../../api/impact'
import { later } from '../../components/later'
import { Skeleton } from '../../components/Skeleton'

const Impact = later<{ trial: Trial | null; idle?: string }>(
  () => import('./Impact').then((m) => m.Impact),
  undefined,
  <Skeleton className="h-20" />,
)

/** Folded is what somebody may want to know before: its content is made, and the server asked, only when it is opened. */
export function Folded({
  summary,
  label,
  children,
}: {
  summary: string
  /** Tells one of several apart for those who hear it. */
  label?: string
  children: () => ReactNode
}) {
  const [open, setOpen] = useState(false)
  return (
    <details onToggle={(e) => setOpen(e.currentTarget.open)} className="group">
      <summary className="touch flex min-h-9 list-none items-center gap-1.5 rounded-md font-medium hover:text-accent-text [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="size-4 shrink-0 text-muted transition-transform group-open:rotate-90"
        />
        {summary}
        {label && <span className="sr-only">: {label}</span>}
      </summary>
      <div className="pt-1 pb-2 pl-5.5">{open && children()}</div>
    </details>
  )
}

/** WhatChanges is what a change would do, from a rehearsal of the change itself, when somebody asks. */
export const WhatChanges = ({ trial, idle }: { trial: Trial | null; idle?: string }) => (
  <Folded summary="What would change">{() => <Impact trial={trial} idle={idle} />}</Folded>
)
