import type { ComponentProps, ReactNode } from 'react'
import { cx } from './cx'

/** Card is a surface with an optional heading and action. */
export function Card({
  title,
  action,
  pad = true,
  className,
  children,
  ...rest
}: Omit<ComponentProps<'section'>, 'title'> & { title?: ReactNode; action?: ReactNode; pad?: boolean }) {
  return (
    <section
      className={cx('min-w-0 rounded-lg border border-line bg-surface shadow-card', className)}
      {...rest}
    >
      {(title || action) && (
        <header className="flex min-h-12 items-center justify-between gap-3 px-5 pt-3.5 max-md:px-4">
          {title && <h2 className="min-w-0 font-semibold">{title}</h2>}
          {action && <div className="shrink-0 text-[0.875rem]">{action}</div>}
        </header>
      )}
      <div className={pad ? cx('px-5 pb-5 max-md:px-4', title || action ? 'pt-2' : 'pt-5') : undefined}>
        {children}
      </div>
    </section>
  )
}
