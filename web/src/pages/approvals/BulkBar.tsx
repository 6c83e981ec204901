import { Check, X } from 'lucide-react'
import { Button, IconButton } from '../../components/Button'
import { DenyForm } from './DenyForm'

/** BulkBar decides on all that is selected, with one press and one Undo. */
export function BulkBar({
  count,
  plain,
  denying,
  onDenying,
  onApprove,
  onDeny,
  onClear,
}: {
  count: number
  /** How many of them have no warning: only those can be approved together. */
  plain: number
  denying: boolean
  onDenying: (open: boolean) => void
  onApprove: () => void
  onDeny: (comment: string) => void
  onClear: () => void
}) {
  if (count === 0) return null
  return (
    <section
      aria-label="Selected requests"
      data-bar
      className="enter sticky bottom-[calc(4.5rem+env(safe-area-inset-bottom))] z-10 mt-4 rounded-xl border border-line bg-raised p-3 shadow-pop md:bottom-4"
    >
      {denying ? (
        <DenyForm
          label={`Why do you deny ${count === 1 ? 'it' : `these ${count}`}? The requesters read this.`}
          action={`Deny ${count}`}
          onDeny={onDeny}
          onClose={() => onDenying(false)}
        />
      ) : (
        <div className="flex flex-wrap items-center gap-2">
          <p className="flex-1 pl-1">
            <span className="font-medium">{count} selected</span>
            {plain < count && (
              <span className="block text-[0.8125rem] text-warn">
                {count - plain} with a warning {count - plain === 1 ? 'is' : 'are'} left out of approving.
              </span>
            )}
          </p>
          <Button look="danger-quiet" onClick={() => onDenying(true)}>
            Deny {count}
          </Button>
          <Button
            look="primary"
            icon={<Check aria-hidden className="size-4" />}
            disabled={plain === 0}
            onClick={onApprove}
          >
            Approve {plain}
          </Button>
          <IconButton label="Clear the selection" onClick={onClear}>
            <X aria-hidden className="size-4.5" />
          </IconButton>
        </div>
      )}
    </section>
  )
}
