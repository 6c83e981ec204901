import { cx } from './cx'
import { number } from './number'

/** Count is the number beside a name: strong where it asks for something, quiet elsewhere. */
export function Count({ value, strong }: { value: number; strong?: boolean }) {
  return (
    <span
      className={cx(
        'inline-grid min-w-5 place-items-center rounded-full px-1.5 py-px font-semibold text-[0.6875rem] tabular-nums',
        strong ? 'bg-accent text-on-accent' : 'bg-sunken text-muted',
      )}
    >
      {strong && value > 99 ? '99+' : number(value)}
    </span>
  )
}
