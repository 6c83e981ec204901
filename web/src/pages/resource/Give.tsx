import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { give } from '../../api/access'
import { newKey } from '../../api/client'
import { asError, message } from '../../api/error'
import type { Relation, Resource } from '../../api/types'
import { Button } from '../../components/Button'
import type { ComboboxItem } from '../../components/Combobox'
import { Dialog } from '../../components/Dialog'
import { DurationPicker, firstLength, type Length } from '../../components/DurationPicker'
import { Field } from '../../components/Field'
import { Note } from '../../components/Note'
import { Textarea } from '../../components/Textarea'
import { toast } from '../../components/toast'
import { useAsk } from '../../modules/ask/open'
import { PersonPicker } from '../../modules/pickers'

/** Give adds a person directly. Where a stage must decide, the server says so and a request can be filed instead. */
export function Give({
  resource,
  relation,
  onClose,
}: {
  resource: Resource
  relation: Relation
  onClose: () => void
}) {
  const client = useQueryClient()
  const ask = useAsk()
  const [key] = useState(newKey)
  const [person, setPerson] = useState<ComboboxItem | null>(null)
  const [length, setLength] = useState<Length>(
    relation === 'owner' ? { no_end: true } : firstLength(resource.durations),
  )
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const send = async (e: FormEvent) => {
    e.preventDefault()
    if (!person) return setError(new Error('Choose a person.'))
    setBusy(true)
    setError(null)
    try {
      await give(
        {
          subject: person.value,
          resource: resource.slug,
          relation,
          ...length,
          reason: reason.trim() || undefined,
        },
        key,
      )
      for (const k of ['holders', 'grants', 'access', 'resource', 'history'])
        void client.invalidateQueries({ queryKey: [k] })
      toast(`${person.label} has it.`, { tone: 'good' })
      onClose()
    } catch (err) {
      setError(err)
    } finally {
      setBusy(false)
    }
  }
  const refused = error !== null && asError(error).status === 403
  return (
    <Dialog
      open
      onClose={onClose}
      title={relation === 'owner' ? `Add an owner of ${resource.name}` : `Add somebody to ${resource.name}`}
      description="Directly, without a request. It is recorded with your name and the reason."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="give" busy={busy}>
            Add
          </Button>
        </>
      }
    >
      <form id="give" noValidate onSubmit={(e) => void send(e)} className="grid gap-5">
        {error !== null && (
          <Note
            tone="bad"
            action={
              refused && person ? (
                <Button
                  size="sm"
                  onClick={() => {
                    onClose()
                    ask({ resource: resource.slug, beneficiary: person.value, relation })
                  }}
                >
                  File a request
                </Button>
              ) : undefined
            }
          >
            {error instanceof Error && asError(error).status === -1 ? error.message : message(error)}
          </Note>
        )}
        <Field label="Who">
          {(control) => <PersonPicker control={control} value={person} onChange={setPerson} />}
        </Field>
        <DurationPicker value={length} onChange={setLength} durations={resource.durations} />
        <Field label="Why" help="It is kept with the grant.">
          {(control) => <Textarea {...control} value={reason} onChange={(e) => setReason(e.target.value)} />}
        </Field>
      </form>
    </Dialog>
  )
}
