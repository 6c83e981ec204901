import { Inbox, Lock, type LucideIcon, SearchX } from 'lucide-react'
import type { ReactNode } from 'react'

const kinds: Record<'first' | 'filtered' | 'forbidden', LucideIcon> = {
  first: Inbox,
  filtered: SearchX,
  forbidden: Lock,
}

/** EmptyState says why nothing is here and what to do next. First use, a filter without hits and missing rights differ. */
export function EmptyState({
  kind,
  title,
  children,
  action,
  icon,
}: {
  kind: keyof typeof kinds
  title: string
  children?: ReactNode
  action?: ReactNode
  icon?: LucideIcon
}) {
  const Icon = icon ?? kinds[kind]
  return (
    <div className="enter grid justify-items-center gap-1.5 px-6 py-10 text-center">
      <span className="mb-2 grid size-11 place-items-center rounded-full bg-sunken text-muted">
        <Icon aria-hidden className="size-5" />
      </span>
      <p className="font-medium">{title}</p>
      {children && <p className="max-w-[34rem] text-muted [text-wrap:balance]">{children}</p>}
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}
