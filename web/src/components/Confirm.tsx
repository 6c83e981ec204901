import { type ReactNode, useState } from 'react'
import { message } from '../api/error'
import { Button } from './Button'
import { Dialog } from './Dialog'
import { Field } from './Field'
import { Textarea } from './Textarea'

/**
 * Confirm asks once more before something that cannot be undone. With `reason` it asks for a sentence, which `onConfirm`
 * gets. A refusal of the server is shown in place and the dialog stays.
 */
export function Confirm({
  open,
  onClose,
  title,
  children,
  action,
  danger,
  disabled,
  dismiss = 'Cancel',
  reason,
  onConfirm,
}: {
  open: boolean
  onClose: () => void
  title: string
  children?: ReactNode
  action: string
  danger?: boolean
  /** There is nothing to confirm, or not yet. */
  disabled?: boolean
  /** The other button, for when "Cancel" would be unclear. */
  dismiss?: string
  reason?: { label: string; required?: boolean; help?: string }
  onConfirm: (reason: string) => Promise<unknown>
}) {
  const [text, setText] = useState('')
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const close = () => {
    setText('')
    setError('')
    onClose()
  }
  const confirm = async () => {
    if (reason?.required && !text.trim()) {
      setError('Write a sentence first.')
      return
    }
    setBusy(true)
    try {
      await onConfirm(text.trim())
      close()
    } catch (e) {
      setError(message(e))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      open={open}
      onClose={close}
      title={title}
      footer={
        <>
          <Button onClick={close}>{dismiss}</Button>
          <Button
            look={danger ? 'danger' : 'primary'}
            busy={busy}
            disabled={disabled}
            onClick={() => void confirm()}
          >
            {action}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        {children && <div className="text-muted">{children}</div>}
        {reason ? (
          <Field label={reason.label} help={reason.help} required={reason.required ?? false} error={error}>
            {(control) => <Textarea {...control} value={text} onChange={(e) => setText(e.target.value)} />}
          </Field>
        ) : (
          error && (
            <p role="alert" className="text-[0.875rem] text-bad">
              {error}
            </p>
          )
        )}
      </div>
    </Dialog>
  )
}
