import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { cx } from './cx'
import { dismiss, type Toast, toasts } from './toast'

/**
 * Toaster is mounted once, in the shell, at the start: a live region that comes later is not read out. Where a bar of
 * actions stands at the foot of the page (data-bar), messages stand above it: they would cover its buttons.
 */
export function Toaster() {
  const list = useSyncExternalStore(toasts.subscribe, toasts.get, toasts.get)
  const section = useRef<HTMLElement>(null)
  const shown = list.length > 0
  useEffect(() => {
    if (!shown) return
    const timer = setInterval(() => section.current && stayClear(section.current), 150)
    return () => clearInterval(timer)
  }, [shown])
  return (
    <section
      ref={section}
      aria-label="Messages"
      className="pointer-events-none fixed inset-x-3 bottom-[calc(4.75rem+env(safe-area-inset-bottom))] z-[60] flex flex-col items-center gap-2 md:inset-x-auto md:right-5 md:bottom-5 md:items-end max-md:[body:has([data-bar])_&]:bottom-48 md:[body:has([data-bar])_&]:bottom-24"
    >
      <div role="status" aria-live="polite" className="contents">
        {list.map((t) => (
          <Item key={t.id} toast={t} />
        ))}
      </div>
    </section>
  )
}

/** stayClear lifts messages over a bar that stands higher than at the foot, as below a short list. */
function stayClear(section: HTMLElement) {
  section.style.bottom = ''
  const own = section.getBoundingClientRect()
  for (const bar of document.querySelectorAll('[data-bar]')) {
    const its = bar.getBoundingClientRect()
    if (its.top < own.bottom && its.bottom > own.top)
      section.style.bottom = `${window.innerHeight - its.top + 8}px`
  }
}

function Item({ toast }: { toast: Toast }) {
  const [held, setHeld] = useState(false)
  const left = useRef(toast.ms)
  useEffect(() => {
    if (held) return
    const started = Date.now()
    const timer = setTimeout(() => {
      dismiss(toast.id)
      toast.onGone?.()
    }, left.current)
    return () => {
      clearTimeout(timer)
      left.current = Math.max(left.current - (Date.now() - started), 1500)
    }
  }, [held, toast])
  const close = () => {
    dismiss(toast.id)
    toast.onGone?.()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the pointer only stops the clock
    <div
      className={cx(
        'enter pointer-events-auto flex w-full max-w-md items-center gap-2.5 rounded-lg border border-line bg-raised py-2 pr-2 pl-3.5 shadow-pop md:w-auto md:min-w-72',
        toast.tone === 'bad' && 'border-bad/50',
      )}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {toast.tone === 'good' && <CircleCheck aria-hidden className="size-4.5 shrink-0 text-good" />}
      {toast.tone === 'bad' && <CircleAlert aria-hidden className="size-4.5 shrink-0 text-bad" />}
      <p className="min-w-0 flex-1 py-1 [overflow-wrap:anywhere]">{toast.text}</p>
      {toast.action && (
        <button
          type="button"
          className="touch min-h-8 rounded-md px-2.5 font-semibold text-accent-text hover:bg-accent-soft"
          onClick={() => {
            dismiss(toast.id)
            toast.action?.run()
          }}
        >
          {toast.action.label}
        </button>
      )}
      <button
        type="button"
        aria-label="Dismiss"
        className="touch grid size-8 place-items-center rounded-md text-muted hover:bg-hover"
        onClick={close}
      >
        <X aria-hidden className="size-4" />
      </button>
    </div>
  )
}
