// Keys. A page or module registers what its keys do; the help sheet lists what is registered now.
import { useEffect, useRef, useSyncExternalStore } from 'react'

export interface Shortcut {
  /** One key ("j", "?", "Shift+x"), two in a row ("g h"), or with the command key ("mod+k"). */
  keys: string
  label: string
  run: () => void
}
interface Scope {
  name: string
  list: () => readonly Shortcut[]
}

const storage = 'sallyport.shortcuts'
const scopes: Scope[] = []
const listeners = new Set<() => void>()
let first = ''
let firstAt = 0

function enabled(): boolean {
  try {
    return localStorage.getItem(storage) !== 'off'
  } catch {
    return true
  }
}

/** setShortcuts switches the single keys on or off on this device (WCAG 2.1.4); keys with Ctrl or Cmd always work. */
export function setShortcuts(on: boolean) {
  try {
    localStorage.setItem(storage, on ? 'on' : 'off')
  } catch {
    // Without storage the keys stay on.
  }
  for (const l of listeners) l()
}

export function useShortcutsEnabled(): boolean {
  return useSyncExternalStore(
    (l) => {
      listeners.add(l)
      return () => listeners.delete(l)
    },
    enabled,
    () => true,
  )
}

/** registered lists what the keys do now, by place, newest place first. */
export function registered(): { name: string; list: readonly Shortcut[] }[] {
  return [...scopes].reverse().map((s) => ({ name: s.name, list: s.list() }))
}

function typing(target: EventTarget | null): boolean {
  const el = target as HTMLElement | null
  if (!el?.closest) return false
  if (el.closest('[role=dialog],[role=alertdialog],[role=menu],[role=listbox]')) return true
  if (el.isContentEditable || el.closest('textarea, select')) return true
  const input = el.closest('input')
  return !!input && !['checkbox', 'radio', 'button', 'submit'].includes(input.type)
}

function name(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  if (event.metaKey || event.ctrlKey) return `mod+${key}`
  return event.shiftKey && /^[a-z]$/.test(key) ? `Shift+${key}` : key
}

function onKey(event: KeyboardEvent) {
  if (event.defaultPrevented || event.altKey || event.isComposing) return
  const key = name(event)
  // On a button or a link Enter is its own press.
  if (key === 'Enter' && (event.target as HTMLElement | null)?.closest?.('a[href], button, summary')) return
  const withMod = key.startsWith('mod+')
  if (!withMod && (typing(event.target) || !enabled() || document.querySelector('[role=dialog]'))) return
  const sequence = first && Date.now() - firstAt < 1200 ? `${first} ${key}` : ''
  for (const wanted of sequence ? [sequence, key] : [key])
    for (const scope of [...scopes].reverse())
      for (const shortcut of scope.list())
        if (shortcut.keys === wanted) {
          event.preventDefault()
          first = ''
          shortcut.run()
          return
        }
  const starts = scopes.some((s) => s.list().some((x) => x.keys.startsWith(`${key} `)))
  first = starts ? key : ''
  firstAt = Date.now()
}

/** useShortcuts registers keys while the component is shown. Later ones win over earlier ones. */
export function useShortcuts(place: string, list: readonly Shortcut[]) {
  const current = useRef(list)
  current.current = list
  useEffect(() => {
    const scope: Scope = { name: place, list: () => current.current }
    if (scopes.length === 0) document.addEventListener('keydown', onKey)
    scopes.push(scope)
    return () => {
      scopes.splice(scopes.indexOf(scope), 1)
      if (scopes.length === 0) document.removeEventListener('keydown', onKey)
    }
  }, [place])
}
