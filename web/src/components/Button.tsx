import type { ComponentProps, ReactNode } from 'react'
import { cx } from './cx'

type Look = 'primary' | 'secondary' | 'quiet' | 'danger' | 'danger-quiet'
type Size = 'sm' | 'md' | 'lg'

const looks: Record<Look, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong',
  secondary: 'border border-line bg-surface text-ink shadow-card hover:bg-hover',
  quiet: 'text-ink hover:bg-hover',
  danger: 'bg-bad-fill text-white hover:brightness-110',
  'danger-quiet': 'text-bad hover:bg-bad-soft',
}
const sizes: Record<Size, string> = {
  sm: 'min-h-8 px-2.5 text-[0.8125rem] gap-1.5 rounded-md',
  md: 'min-h-9 px-3.5 text-[0.9375rem] gap-2 rounded-md',
  lg: 'min-h-11 px-4 gap-2 rounded-lg',
}

/** buttonClass gives a link the look of a button. */
export function buttonClass(look: Look = 'secondary', size: Size = 'md', className?: string) {
  return cx(
    'touch inline-flex items-center justify-center font-medium whitespace-nowrap select-none transition-colors disabled:opacity-55 aria-disabled:opacity-55',
    looks[look],
    sizes[size],
    className,
  )
}

export interface ButtonProps extends ComponentProps<'button'> {
  look?: Look
  size?: Size
  icon?: ReactNode
  /** True while its work runs: the button cannot be pressed twice, says so to a screen reader, and keeps the focus. */
  busy?: boolean
}

export function Button({ look, size, icon, busy, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={buttonClass(look, size, className)}
      {...rest}
      aria-busy={busy || undefined}
      aria-disabled={busy || rest['aria-disabled']}
      onClick={busy ? (e) => e.preventDefault() : rest.onClick}
    >
      {icon}
      {children}
    </button>
  )
}

/** IconButton shows an icon alone; its label is its name and its tooltip. */
export function IconButton({
  label,
  className,
  children,
  ...rest
}: ComponentProps<'button'> & { label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={cx(
        'touch inline-grid size-9 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink',
        className,
      )}
      {...rest}
    >
      {children}
    </button>
  )
}
