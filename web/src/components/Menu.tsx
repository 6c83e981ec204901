import { type ReactNode, useId, useRef } from 'react'

export interface MenuItem {
  label: string
  icon?: ReactNode
  onSelect: () => void
  danger?: boolean
  disabled?: boolean
}

/**
 * Menu opens a list of actions beside its trigger. It is the browser's own popover, so it lies over everything and
 * closes by Escape or a press elsewhere; arrows, Home, End and the first letter move.
 */
export function Menu({
  label,
  face,
  className,
  header,
  items,
}: {
  /** The button's name; leave it out when `face` has text of its own. */
  label?: string
  face: ReactNode
  className?: string
  header?: ReactNode
  items: readonly (MenuItem | 'line')[]
}) {
  const id = useId()
  const trigger = useRef<HTMLButtonElement>(null)
  const popup = useRef<HTMLDivElement>(null)
  const entries = () => [
    ...(popup.current?.querySelectorAll<HTMLElement>('[role=menuitem]:not([disabled])') ?? []),
  ]

  const place = () => {
    const el = popup.current
    const at = trigger.current?.getBoundingClientRect()
    if (!el || !at) return
    const { offsetWidth: width, offsetHeight: height } = el
    const left = Math.min(Math.max(8, at.right - width), window.innerWidth - width - 8)
    const below = at.bottom + 6
    const top = below + height > window.innerHeight - 8 ? Math.max(8, at.top - height - 6) : below
    el.style.left = `${left}px`
    el.style.top = `${top}px`
  }
  const onToggle = (e: React.ToggleEvent<HTMLDivElement>) => {
    const open = e.newState === 'open'
    trigger.current?.setAttribute('aria-expanded', String(open))
    if (open) {
      place()
      entries()[0]?.focus()
    }
  }
  const onKeyDown = (e: React.KeyboardEvent) => {
    const list = entries()
    const at = list.indexOf(document.activeElement as HTMLElement)
    let next: HTMLElement | undefined
    if (e.key === 'ArrowDown') next = list[(at + 1) % list.length]
    else if (e.key === 'ArrowUp') next = list[(at - 1 + list.length) % list.length]
    else if (e.key === 'Home') next = list[0]
    else if (e.key === 'End') next = list[list.length - 1]
    else if (e.key === 'Tab') popup.current?.hidePopover()
    else if (/^\S$/.test(e.key))
      next = [...list.slice(at + 1), ...list].find((el) =>
        el.textContent?.trim().toLowerCase().startsWith(e.key.toLowerCase()),
      )
    if (next) {
      e.preventDefault()
      next.focus()
    }
  }
  return (
    <>
      <button
        ref={trigger}
        type="button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded="false"
        popoverTarget={id}
        className={className}
      >
        {face}
      </button>
      <div
        ref={popup}
        id={id}
        popover="auto"
        onToggle={onToggle}
        className="fixed inset-auto m-0 min-w-52 max-w-[calc(100vw-1rem)] rounded-lg border border-line bg-raised p-1 text-ink shadow-pop"
      >
        {header && <div className="mb-1 border-line border-b px-2.5 pt-2 pb-2.5">{header}</div>}
        <div role="menu" aria-label={label ?? 'More'} onKeyDown={onKeyDown}>
          {items.map((item, i) =>
            item === 'line' ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name and do not move
              <hr key={`line-${i}`} className="my-1 border-line" />
            ) : (
              <button
                key={item.label}
                type="button"
                role="menuitem"
                tabIndex={-1}
                disabled={item.disabled}
                onClick={() => {
                  popup.current?.hidePopover()
                  item.onSelect()
                }}
                className={`touch flex min-h-9 w-full items-center gap-2.5 rounded-md px-2.5 text-left outline-offset-[-2px] hover:bg-hover focus:bg-hover disabled:opacity-55 [&>svg]:size-4 [&>svg]:shrink-0 ${item.danger ? 'text-bad' : '[&>svg]:text-muted'}`}
              >
                {item.icon}
                {item.label}
              </button>
            ),
          )}
        </div>
      </div>
    </>
  )
}
