import { type RefObject, useEffect, useState } from 'react'

const few = 150

/**
 * useWindowed says which rows of a long list to draw: those in sight and some around them, with how much space the others
 * take. Up to 150 rows all are drawn. Heights are taken from the rows on the screen, so rows should be much alike.
 */
export function useWindowed(list: RefObject<HTMLElement | null>, count: number, estimate = 64) {
  const [span, setSpan] = useState({ from: 0, to: few, height: estimate })
  const all = count <= few
  useEffect(() => {
    if (all) return
    const measure = () => {
      const el = list.current
      if (!el) return
      const drawn = el.querySelectorAll<HTMLElement>('[data-row]')
      const [top, bottom] = [drawn[0], drawn[drawn.length - 1]]
      setSpan((old) => {
        const height =
          top && bottom
            ? (bottom.getBoundingClientRect().bottom - top.getBoundingClientRect().top) / drawn.length ||
              old.height
            : old.height
        const begin = el.getBoundingClientRect().top
        // In steps of ten, so that scrolling draws seldom.
        const from = Math.max(0, Math.floor(-begin / height / 10) * 10 - 20)
        const to = Math.ceil((window.innerHeight - begin) / height / 10) * 10 + 20
        return old.from === from && old.to === to ? old : { from, to, height }
      })
    }
    measure()
    document.addEventListener('scroll', measure, { passive: true, capture: true })
    window.addEventListener('resize', measure)
    return () => {
      document.removeEventListener('scroll', measure, { capture: true })
      window.removeEventListener('resize', measure)
    }
  }, [all, list])
  if (all) return { from: 0, to: count, before: 0, after: 0 }
  const from = Math.min(span.from, Math.max(0, count - 40))
  const to = Math.min(span.to, count)
  return { from, to, before: from * span.height, after: (count - to) * span.height }
}
