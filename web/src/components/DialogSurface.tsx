import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { useRef } from 'react'
import { cx } from './cx'
import type { DialogProps } from './Dialog'

/** DialogSurface is what a Dialog draws. It is a file of its own so that a page does not wait for it. */
export function DialogSurface({ open, onClose, title, description, footer, wide, children }: DialogProps) {
  const popup = useRef<HTMLDivElement>(null)
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Viewport className="fixed inset-0 z-40 grid items-end md:items-center md:justify-items-center md:p-6">
          <Base.Popup
            ref={popup}
            // A field that should have the focus says so; else the dialog itself, so that its title is read first.
            initialFocus={() =>
              popup.current?.querySelector<HTMLElement>('[data-autofocus]') ?? popup.current
            }
            className={cx(
              'flex max-h-[calc(100dvh-2rem)] w-full flex-col rounded-t-2xl bg-raised shadow-pop outline-none transition-[opacity,transform] duration-200 md:max-h-[min(46rem,calc(100dvh-4rem))] md:rounded-2xl md:border md:border-line',
              'max-md:data-ending-style:translate-y-full max-md:data-starting-style:translate-y-full md:data-ending-style:opacity-0 md:data-starting-style:opacity-0',
              wide ? 'md:max-w-[58rem]' : 'md:max-w-[35rem]',
            )}
          >
            <header className="flex items-start gap-3 px-5 pt-4 pb-3">
              <div className="min-w-0 flex-1 pt-1">
                <Base.Title className="font-semibold text-base">{title}</Base.Title>
                {description && (
                  <Base.Description className="mt-0.5 text-[0.875rem] text-muted">
                    {description}
                  </Base.Description>
                )}
              </div>
              <Base.Close
                aria-label="Close"
                className="touch -mr-2 grid size-9 shrink-0 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink"
              >
                <X aria-hidden className="size-4.5" />
              </Base.Close>
            </header>
            <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-5 pt-1 pb-5">{children}</div>
            {footer && (
              <footer className="flex flex-wrap items-center justify-end gap-2 border-line border-t px-5 py-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
                {footer}
              </footer>
            )}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  )
}
