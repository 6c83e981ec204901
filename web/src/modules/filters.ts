// Filters live in the address: a view can be shared, and Back brings it back.
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'

export type Filters = Record<string, string | undefined>

/** useFilters reads the address's filters and returns a function that changes some of them. */
export function useFilters(): [Filters, (patch: Filters) => void] {
  const search = useSearch({ strict: false }) as Filters
  const navigate = useNavigate() as unknown as (options: Record<string, unknown>) => Promise<void>
  return [
    search,
    (patch) =>
      void navigate({
        to: '.',
        replace: true,
        resetScroll: false,
        search: (old: Filters) => {
          const next = { ...old, ...patch }
          for (const key of Object.keys(next)) if (!next[key]) delete next[key]
          return next
        },
      }),
  ]
}

/** useTextFilter is a filter that is typed: shown at once, in the address a moment later. */
export function useTextFilter(key: string, wait = 180): [string, (text: string) => void] {
  const [filters, set] = useFilters()
  const current = filters[key] ?? ''
  const [text, setText] = useState(current)
  const sent = useRef(current)
  const put = useRef(set)
  put.current = set
  useEffect(() => {
    if (current !== sent.current) {
      sent.current = current
      setText(current)
    }
  }, [current])
  useEffect(() => {
    if (text === sent.current) return
    const timer = setTimeout(() => {
      sent.current = text
      put.current({ [key]: text || undefined })
    }, wait)
    return () => clearTimeout(timer)
  }, [text, key, wait])
  return [text, setText]
}
