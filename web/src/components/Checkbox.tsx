import { type ComponentProps, type ReactNode, useEffect, useRef } from 'react'
import { cx } from './cx'

/** Checkbox with its label beside it; without children give an aria-label. */
export function Checkbox({
  children,
  mixed,
  className,
  ...rest
}: Omit<ComponentProps<'input'>, 'type'> & { children?: ReactNode; mixed?: boolean }) {
  const ref = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (ref.current) ref.current.indeterminate = mixed ?? false
  }, [mixed])
  const box = <input ref={ref} type="checkbox" className="tick" {...rest} />
  if (!children)
    return <span className={cx('touch inline-grid size-6 place-items-center', className)}>{box}</span>
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the box inside
    <label className={cx('touch flex min-h-8 cursor-pointer items-center gap-2.5', className)}>
      {box}
      <span className="min-w-0">{children}</span>
    </label>
  )
}
