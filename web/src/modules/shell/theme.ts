// Light, dark, or as the system says. The choice is a cookie, so that the server can write it into the page: no flash.
import { useSyncExternalStore } from 'react'

export type Theme = 'light' | 'dark' | 'system'
const listeners = new Set<() => void>()

export function theme(): Theme {
  const value = document.documentElement.dataset.theme
  return value === 'light' || value === 'dark' ? value : 'system'
}

export function setTheme(next: Theme) {
  const year = 365 * 24 * 3600
  if (next === 'system') {
    delete document.documentElement.dataset.theme
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser
    document.cookie = 'theme=; path=/; max-age=0; samesite=lax'
  } else {
    document.documentElement.dataset.theme = next
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser
    document.cookie = `theme=${next}; path=/; max-age=${year}; samesite=lax`
  }
  for (const l of listeners) l()
}

/** isDark is what is on the screen now. */
export function isDark(): boolean {
  const t = theme()
  return (
    t === 'dark' || (t === 'system' && (window.matchMedia?.('(prefers-color-scheme: dark)').matches ?? false))
  )
}

export function useDark(): boolean {
  return useSyncExternalStore(
    (l) => {
      const media = window.matchMedia?.('(prefers-color-scheme: dark)')
      media?.addEventListener('change', l)
      listeners.add(l)
      return () => {
        media?.removeEventListener('change', l)
        listeners.delete(l)
      }
    },
    isDark,
    () => false,
  )
}
