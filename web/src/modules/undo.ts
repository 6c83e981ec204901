// A press is held for five seconds before it is sent. Undo takes it back as if it never was; leaving the page sends it
// at once. After it is sent there is no undo: a decision is made exactly once.
import { useSyncExternalStore } from 'react'
import { message } from '../api/error'
import { dismiss, toast } from '../components/toast'

export const holdFor = 5_000

export interface Press {
  /** What it is about, e.g. the request's id: shown as gone while the press is held. */
  about: readonly string[]
  /** Said while it is held: "Approving Ada for AWS". */
  saying: string
  /** Sends it; called once. */
  send: () => Promise<unknown>
  /** Called after it was sent, or refused. */
  settled?: () => unknown
}
interface Held extends Press {
  toastId: number
}

let held: readonly Held[] = []
let sending: ReadonlySet<string> = new Set()
const listeners = new Set<() => void>()
const changed = () => {
  for (const l of listeners) l()
}

/** hold shows the press as done, offers Undo, and sends it after five seconds. */
export function hold(press: Press) {
  // One press at a time per thing: a second one first sends the earlier.
  for (const h of held) if (h.about.some((a) => press.about.includes(a))) release(h)
  const item: Held = { ...press, toastId: 0 }
  item.toastId = toast(press.saying, {
    ms: holdFor,
    action: { label: 'Undo', run: () => take(item) },
    onGone: () => release(item),
  })
  held = [...held, item]
  changed()
}

function take(item: Held) {
  if (!held.includes(item)) return
  dismiss(item.toastId)
  held = held.filter((h) => h !== item)
  changed()
}

function release(item: Held) {
  if (!held.includes(item)) return
  dismiss(item.toastId)
  held = held.filter((h) => h !== item)
  sending = new Set([...sending, ...item.about])
  changed()
  item
    .send()
    .catch((error: unknown) => {
      toast(`Not done: ${item.saying}. ${message(error)}`, { tone: 'bad' })
    })
    .finally(async () => {
      try {
        await item.settled?.()
      } finally {
        const rest = new Set(sending)
        for (const a of item.about) rest.delete(a)
        sending = rest
        changed()
      }
    })
}

/** undo takes back the newest held press; false when there is none. */
export function undo(): boolean {
  const last = held[held.length - 1]
  if (!last) return false
  take(last)
  return true
}

/** flush sends everything that is held, at once. */
export function flush() {
  for (const h of held) release(h)
}

if (typeof window !== 'undefined') {
  window.addEventListener('pagehide', flush)
  // A phone that puts the page to sleep may never wake it again.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') flush()
  })
}

let snapshot: ReadonlySet<string> = new Set()
let from: unknown[] = []
/** useHeld is what presses are about that are held or on their way: to be shown as gone. */
export function useHeld(): ReadonlySet<string> {
  return useSyncExternalStore(
    (l) => {
      listeners.add(l)
      return () => listeners.delete(l)
    },
    () => {
      if (from[0] !== held || from[1] !== sending) {
        from = [held, sending]
        snapshot = new Set([...held.flatMap((h) => h.about), ...sending])
      }
      return snapshot
    },
    () => snapshot,
  )
}
