import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'

/** Disclosure folds away what most people do not need. */
export function Disclosure({
  title,
  detail,
  open,
  children,
}: {
  title: ReactNode
  /** What the folded part holds now, in a few words. */
  detail?: ReactNode
  open?: boolean
  children: ReactNode
}) {
  return (
    <details open={open} className="group">
      <summary className="touch flex min-h-9 list-none items-center gap-1.5 rounded-md font-medium hover:text-accent-text [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="size-4 shrink-0 text-muted transition-transform group-open:rotate-90"
        />
        {title}
        {detail && (
          <span className="min-w-0 truncate font-normal text-muted group-open:hidden">{detail}</span>
        )}
      </summary>
      <div className="pt-2 pb-1 pl-5.5">{children}</div>
    </details>
  )
}
