import { useSyncExternalStore } from 'react'
import { exact, moment, relative } from './time'

// One clock for all times on the screen; it stands still while none is shown.
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let now = Date.now()
function subscribe(listener: () => void) {
  listeners.add(listener)
  now = Date.now()
  timer ??= setInterval(() => {
    now = Date.now()
    for (const l of listeners) l()
  }, 20_000)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

/** RelativeTime keeps itself up to date; the exact time is its tooltip and its machine-readable value. */
export function RelativeTime({ at, before }: { at: string; before?: string }) {
  const current = useSyncExternalStore(
    subscribe,
    () => now,
    () => now,
  )
  return (
    <time dateTime={at} title={exact(at)} className="whitespace-nowrap">
      {before}
      {relative(at, Math.max(current, now))}
    </time>
  )
}

/** ExactTime shows the time of day, for a timeline. */
export function ExactTime({ at }: { at: string }) {
  return (
    <time dateTime={at} title={exact(at)}>
      {moment(at)}
    </time>
  )
}
