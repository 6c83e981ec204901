import { WifiOff } from 'lucide-react'
import { useEffect, useState, useSyncExternalStore } from 'react'

const subscribe = (l: () => void) => {
  window.addEventListener('online', l)
  window.addEventListener('offline', l)
  return () => {
    window.removeEventListener('online', l)
    window.removeEventListener('offline', l)
  }
}

/** OfflineBanner says that what is on the screen may be old. A short gap of the live link is not worth a word. */
export function OfflineBanner({ linked }: { linked: boolean }) {
  const online = useSyncExternalStore(
    subscribe,
    () => navigator.onLine,
    () => true,
  )
  const [late, setLate] = useState(false)
  useEffect(() => {
    if (linked) {
      setLate(false)
      return
    }
    const timer = setTimeout(() => setLate(true), 8_000)
    return () => clearTimeout(timer)
  }, [linked])
  if (online && !late) return null
  return (
    <div
      role="status"
      className="flex items-center gap-2 bg-warn-soft px-4 py-2 text-[0.875rem] text-warn md:px-6"
    >
      <WifiOff aria-hidden className="size-4 shrink-0" />
      {online
        ? 'Live updates are interrupted. What you see may be a little old; it catches up by itself.'
        : 'You are offline. You can read what was loaded; changes are not sent.'}
    </div>
  )
}
