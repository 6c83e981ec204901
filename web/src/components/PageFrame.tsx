import { type ReactNode, useEffect } from 'react'
import { cx } from './cx'

/** PageFrame is what every page begins with: its title (also the browser's), a line below, and actions. */
export function PageFrame({
  title,
  heading,
  status,
  sub,
  actions,
  crumbs,
  width = 'wide',
  children,
}: {
  /** The text of the browser's title, and of the heading unless `heading` is given. */
  title: string
  heading?: ReactNode
  status?: ReactNode
  sub?: ReactNode
  actions?: ReactNode
  crumbs?: ReactNode
  width?: 'wide' | 'middle' | 'narrow'
  children: ReactNode
}) {
  useEffect(() => {
    document.title = `${title} · Sallyport`
  }, [title])
  return (
    <div
      className={cx(
        'mx-auto w-full px-4 pt-5 pb-10 md:px-6',
        { wide: 'max-w-[72rem]', middle: 'max-w-[66rem]', narrow: 'max-w-[54rem]' }[width],
      )}
    >
      {crumbs}
      <header className="mb-5 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-72">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="min-w-0 font-semibold text-[1.3125rem] leading-tight tracking-[-0.012em] [overflow-wrap:anywhere] [&_a]:font-semibold">
              {heading ?? title}
            </h1>
            {status}
          </div>
          {sub && <div className="mt-1 text-muted">{sub}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  )
}
