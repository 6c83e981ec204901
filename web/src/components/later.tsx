import { type ComponentType, type ReactNode, useEffect, useRef, useState } from 'react'

/**
 * later makes a part that is fetched when it is first wanted, so that it costs nothing before. Once fetched it stays, so
 * that it can fade out. It is no React.lazy: that holds what arrives back for 300 ms. `preload` fetches it before.
 */
export function later<P extends object>(
  load: () => Promise<ComponentType<P>>,
  wanted: (props: P) => boolean = () => true,
  /** Holds the place until it is there. */
  holding: ReactNode = null,
): ComponentType<P> & { preload: () => Promise<void> } {
  let Part: ComponentType<P> | undefined
  const preload = async () => {
    Part ??= await load()
  }
  function Later(props: P) {
    const [, redraw] = useState(0)
    const want = wanted(props)
    const once = useRef(false)
    if (want) once.current = true
    useEffect(() => {
      if (!want || Part) return
      let here = true
      void preload().then(() => {
        if (here) redraw((n) => n + 1)
      })
      return () => {
        here = false
      }
    }, [want])
    if (!once.current) return null
    return Part ? <Part {...props} /> : holding
  }
  return Object.assign(Later, { preload })
}
