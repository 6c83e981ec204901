// Messages that come and go. Any layer may say something; the Toaster in the shell shows it.
export interface Toast {
  id: number
  text: string
  tone: 'neutral' | 'good' | 'bad'
  action?: { label: string; run: () => void }
  /** How long it stays, in milliseconds; focus and the pointer stop the time. */
  ms: number
  onGone?: () => void
}

let next = 1
let list: readonly Toast[] = []
const listeners = new Set<() => void>()

function set(value: readonly Toast[]) {
  list = value
  for (const l of listeners) l()
}

export function toast(text: string, options: Partial<Omit<Toast, 'id' | 'text'>> = {}): number {
  const id = next++
  const ms = options.ms ?? (options.tone === 'bad' ? 10_000 : 5_000)
  set([...list.slice(-3), { tone: 'neutral', ...options, id, text, ms }])
  return id
}

/** dismiss takes a toast away, without its onGone. */
export function dismiss(id: number) {
  set(list.filter((t) => t.id !== id))
}

export const toasts = {
  subscribe(listener: () => void) {
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  },
  get: () => list,
}
