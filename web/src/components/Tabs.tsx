import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react'
import { Count } from './Count'
import { cx } from './cx'

export interface Tab {
  value: string
  label: string
  count?: number
  content: ReactNode
}

/** Tabs show one of several views; arrows move between them. Keep `value` in the URL, so that a view can be shared. */
export function Tabs({
  value,
  onChange,
  tabs,
  label,
}: {
  value: string
  onChange: (value: string) => void
  tabs: readonly Tab[]
  label: string
}) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const at = Math.max(
    tabs.findIndex((t) => t.value === value),
    0,
  )
  const current = tabs[at]
  // Where the tabs are wider than the window, the current one is in sight.
  useEffect(() => {
    const tab = list.current?.children[at] as HTMLElement | undefined
    if (list.current && tab)
      list.current.scrollLeft = tab.offsetLeft - (list.current.clientWidth - tab.offsetWidth) / 2
  }, [at])
  const onKeyDown = (e: KeyboardEvent) => {
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[e.key]
    if (to === undefined) return
    e.preventDefault()
    const next = tabs[(to + tabs.length) % tabs.length]
    if (!next) return
    onChange(next.value)
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[tabs.indexOf(next)]?.focus()
  }
  return (
    <div>
      <div
        ref={list}
        role="tablist"
        aria-label={label}
        className="relative mb-4 flex gap-1 overflow-x-auto border-line border-b [scrollbar-width:none]"
      >
        {tabs.map((tab) => (
          <button
            key={tab.value}
            type="button"
            role="tab"
            id={`${id}-${tab.value}`}
            aria-selected={tab === current}
            aria-controls={tab === current ? `${id}-panel` : undefined}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => onChange(tab.value)}
            onKeyDown={onKeyDown}
            className={cx(
              'touch -mb-px flex min-h-10 shrink-0 items-center gap-2 whitespace-nowrap border-b-2 px-3 font-medium outline-offset-[-2px]',
              tab === current
                ? 'border-accent-text text-ink'
                : 'border-transparent text-muted hover:text-ink',
            )}
          >
            {tab.label}
            {tab.count !== undefined && <Count value={tab.count} />}
          </button>
        ))}
      </div>
      {current && (
        <div
          key={current.value}
          role="tabpanel"
          id={`${id}-panel`}
          aria-labelledby={`${id}-${current.value}`}
          className="outline-offset-4"
        >
          {current.content}
        </div>
      )}
    </div>
  )
}
