import { useState } from 'react'
import { message } from '../../api/error'
import { Button } from '../../components/Button'
import type { ComboboxItem } from '../../components/Combobox'
import { Dialog } from '../../components/Dialog'
import { Field } from '../../components/Field'
import { Textarea } from '../../components/Textarea'
import { PersonPicker } from '../../modules/pickers'

/** ReplaceDialog asks who decides instead of those who do not, and why; an admin's last resort. */
export default function ReplaceDialog({
  onClose,
  onReplace,
}: {
  onClose: () => void
  onReplace: (login: string, reason: string) => Promise<void>
}) {
  const [person, setPerson] = useState<ComboboxItem | null>(null)
  const [reason, setReason] = useState('')
  const [fault, setFault] = useState<{ who?: string; why?: string; all?: string }>({})
  const [busy, setBusy] = useState(false)
  const send = async () => {
    if (!person || !reason.trim()) {
      setFault({
        who: person ? undefined : 'Choose who decides.',
        why: reason.trim() ? undefined : 'Say why; it is kept in the log.',
      })
      return
    }
    setBusy(true)
    try {
      await onReplace(person.value, reason.trim())
      onClose()
    } catch (error) {
      setFault({ all: message(error) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Replace the approvers of this stage"
      description="For a stage that is stuck. Requester and beneficiary cannot decide."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={busy} onClick={() => void send()}>
            Replace approvers
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        {fault.all && (
          <p role="alert" className="rounded-md bg-bad-soft px-3 py-2.5 text-bad">
            {fault.all}
          </p>
        )}
        <Field label="Who decides instead" error={fault.who}>
          {(control) => <PersonPicker control={control} value={person} onChange={setPerson} />}
        </Field>
        <Field label="Why" error={fault.why}>
          {(control) => <Textarea {...control} value={reason} onChange={(e) => setReason(e.target.value)} />}
        </Field>
      </div>
    </Dialog>
  )
}
