import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'

/** Drawer slides in from the right and leaves the page in sight; on a phone it is a sheet from below. */
export function Drawer({
  open,
  onClose,
  title,
  description,
  children,
}: {
  open: boolean
  onClose: () => void
  title: ReactNode
  description?: ReactNode
  children: ReactNode
}) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Viewport className="fixed inset-0 z-40 flex items-end md:items-stretch md:justify-end">
          <Base.Popup className="flex max-h-[calc(100dvh-2rem)] w-full flex-col rounded-t-2xl bg-raised shadow-pop outline-none transition-transform duration-200 max-md:data-ending-style:translate-y-full max-md:data-starting-style:translate-y-full md:max-h-none md:max-w-[30rem] md:rounded-none md:border-line md:border-l md:data-ending-style:translate-x-full md:data-starting-style:translate-x-full">
            <header className="flex items-start gap-3 px-5 pt-4 pb-3">
              <div className="min-w-0 flex-1 pt-1">
                <Base.Title className="font-semibold text-base [overflow-wrap:anywhere]">{title}</Base.Title>
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
            <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-5 pt-1 pb-[max(1.25rem,env(safe-area-inset-bottom))]">
              {children}
            </div>
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  )
}
