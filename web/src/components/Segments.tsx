import { type ReactNode, useId } from 'react'
import { cx } from './cx'

/** Segments is a short choice shown as one bar: radios underneath, so arrows and screen readers work. */
export function Segments<T extends string>({
  label,
  value,
  onChange,
  choices,
  className,
}: {
  label: string
  value: T | undefined
  onChange: (value: T) => void
  choices: readonly { value: T; label: ReactNode; disabled?: boolean; title?: string }[]
  className?: string
}) {
  const name = useId()
  return (
    <div
      role="radiogroup"
      aria-label={label}
      className={cx('flex flex-wrap gap-0.5 rounded-lg bg-sunken p-0.5', className)}
    >
      {choices.map((c) => (
        <label
          key={c.value}
          title={c.title}
          className={cx(
            'touch relative grid min-h-8 grow cursor-pointer place-items-center rounded-md px-3 max-sm:px-1.5 font-medium text-[0.8125rem] whitespace-nowrap',
            'has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-accent-text has-[:focus-visible]:outline-offset-1',
            value === c.value
              ? 'bg-surface text-ink shadow-card ring-1 ring-edge'
              : 'text-muted hover:text-ink',
            c.disabled && 'cursor-not-allowed opacity-55',
          )}
        >
          <input
            type="radio"
            name={name}
            value={c.value}
            checked={value === c.value}
            disabled={c.disabled}
            onChange={() => onChange(c.value)}
            className="absolute inset-0 cursor-pointer opacity-0"
          />
          {c.label}
        </label>
      ))}
    </div>
  )
}
