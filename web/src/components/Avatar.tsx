import { cx } from './cx'

const sizes = {
  sm: 'size-6 text-[0.625rem]',
  md: 'size-8 text-[0.6875rem]',
  lg: 'size-9 text-[0.8125rem]',
  xl: 'size-14 text-lg',
}

/** hue gives the same name the same of six colours, in both themes. */
export function hue(text: string): number {
  let n = 0
  for (const c of text) n = (n * 31 + (c.codePointAt(0) ?? 0)) >>> 0
  return n % 6
}

export function initials(name: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+/)
    .filter(Boolean)
  const first = [...(words[0] ?? '?')][0] ?? '?'
  const last = words.length > 1 ? ([...(words[words.length - 1] ?? '')][0] ?? '') : ''
  return (first + last).toUpperCase()
}

/** Avatar shows a person's initials. The name stands beside it, so it is silent for a screen reader. */
export function Avatar({ name, size = 'md' }: { name: string; size?: keyof typeof sizes }) {
  const n = hue(name)
  return (
    <span
      aria-hidden
      className={cx(
        'inline-grid shrink-0 select-none place-items-center rounded-full font-semibold',
        sizes[size],
      )}
      style={{ background: `var(--hue-${n}-soft)`, color: `var(--hue-${n})` }}
    >
      {initials(name)}
    </span>
  )
}
