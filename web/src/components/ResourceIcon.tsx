import { Briefcase, KeyRound, type LucideIcon, Users, Wrench } from 'lucide-react'
import type { Kind } from '../api/types'
import { hue, initials } from './Avatar'
import { cx } from './cx'

const icons: Partial<Record<Kind, LucideIcon>> = {
  entitlement: KeyRound,
  group: Users,
  role: Briefcase,
  work_order: Wrench,
}
const sizes = {
  sm: 'size-6 rounded-[6px] text-[0.625rem]',
  md: 'size-9 rounded-lg text-xs',
  lg: 'size-12 rounded-xl text-base',
}

/** ResourceIcon is the tile people learn to look for: an app's initials, or the sign of its kind. */
export function ResourceIcon({
  kind,
  name,
  slug,
  size = 'md',
}: {
  kind: Kind
  name: string
  slug?: string
  size?: keyof typeof sizes
}) {
  // What belongs to an app has the app's colour.
  const n = hue((slug ?? name).split('.')[0] ?? name)
  const Icon = icons[kind]
  return (
    <span
      aria-hidden
      className={cx('inline-grid shrink-0 select-none place-items-center font-semibold', sizes[size])}
      style={{ background: `var(--hue-${n}-soft)`, color: `var(--hue-${n})` }}
    >
      {Icon ? (
        <Icon className={size === 'lg' ? 'size-6' : size === 'md' ? 'size-4.5' : 'size-3.5'} />
      ) : (
        initials(name)
      )}
    </span>
  )
}
