import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from './cx'

const looks = {
  info: ['bg-info-soft text-info', Info],
  good: ['bg-good-soft text-good', CircleCheck],
  warn: ['bg-warn-soft text-warn', TriangleAlert],
  bad: ['bg-bad-soft text-bad', CircleAlert],
} as const

/** Note is a sentence or two that must be seen. A bad one is read out at once. */
export function Note({
  tone = 'info',
  children,
  action,
  className,
}: {
  tone?: keyof typeof looks
  children: ReactNode
  action?: ReactNode
  className?: string
}) {
  const [look, Icon] = looks[tone]
  return (
    <div
      role={tone === 'bad' ? 'alert' : undefined}
      className={cx('flex gap-2.5 rounded-md px-3 py-2.5', look, className)}
    >
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">{children}</div>
      {action && <div className="-my-1 shrink-0 self-center">{action}</div>}
    </div>
  )
}
