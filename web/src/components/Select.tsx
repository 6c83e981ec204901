import { ChevronDown } from 'lucide-react'
import type { ComponentProps } from 'react'
import { cx } from './cx'

export interface Choice {
  value: string
  label: string
}

/** Select is the browser's own list: quick by keyboard, a wheel on a phone. */
export function Select({
  choices,
  className,
  ...rest
}: ComponentProps<'select'> & { choices: readonly Choice[] }) {
  return (
    <div className={cx('relative', className)}>
      <select className="field appearance-none pr-9" {...rest}>
        {choices.map((c) => (
          <option key={c.value} value={c.value}>
            {c.label}
          </option>
        ))}
      </select>
      <ChevronDown
        aria-hidden
        className="-translate-y-1/2 pointer-events-none absolute top-1/2 right-3 size-4 text-muted"
      />
    </div>
  )
}
