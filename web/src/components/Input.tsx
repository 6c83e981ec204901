import { Search } from 'lucide-react'
import type { ComponentProps } from 'react'
import { cx } from './cx'

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input className={cx('field', className)} {...rest} />
}

/** SearchInput filters what is on the screen. Its label is spoken and not shown. */
export function SearchInput({
  label,
  className,
  ...rest
}: Omit<ComponentProps<'input'>, 'type'> & { label: string }) {
  return (
    <div className={cx('relative', className)}>
      <Search
        aria-hidden
        className="-translate-y-1/2 pointer-events-none absolute top-1/2 left-3 size-4 text-muted"
      />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        className="field pl-9"
        data-filter
        {...rest}
      />
    </div>
  )
}
