import { type ReactNode, useEffect, useState } from 'react'

export interface DialogProps {
  open: boolean
  onClose: () => void
  title: ReactNode
  description?: ReactNode
  footer?: ReactNode
  wide?: boolean
  children: ReactNode
}

// Not React's lazy: once the file is here a dialog opens in the same frame.
let Surface: typeof import('./DialogSurface').DialogSurface | undefined

/** loadDialog fetches what dialogs are drawn with; the shell calls it when the browser is idle. */
export async function loadDialog(): Promise<void> {
  Surface ??= (await import('./DialogSurface')).DialogSurface
}

/** Dialog in the middle of a desktop, a sheet from below on a phone. The footer stays in sight. */
export function Dialog(props: DialogProps) {
  const [loaded, setLoaded] = useState(Surface !== undefined)
  useEffect(() => {
    if (!props.open || loaded) return
    let shown = true
    void loadDialog().then(() => shown && setLoaded(true))
    return () => {
      shown = false
    }
  }, [props.open, loaded])
  return Surface && (loaded || props.open) ? <Surface {...props} /> : null
}
