import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { createResource } from '../../api/catalogue'
import { newKey } from '../../api/client'
import { asError, message } from '../../api/error'
import type { Resource } from '../../api/types'
import { Button } from '../../components/Button'
import type { ComboboxItem } from '../../components/Combobox'
import { Dialog } from '../../components/Dialog'
import { Field } from '../../components/Field'
import { Input } from '../../components/Input'
import { Note } from '../../components/Note'
import { Textarea } from '../../components/Textarea'
import { toast } from '../../components/toast'
import { Chosen } from '../../modules/Chosen'
import { byField } from '../../modules/create/faults'

/** AddPart makes new access in an app at once; its owners and whoever keeps the catalogue need not ask. */
export function AddPart({ app, onClose }: { app: Resource; onClose: () => void }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [key, setKey] = useState(newKey)
  const [name, setName] = useState('')
  const [slug, setSlug] = useState('')
  const [description, setDescription] = useState('')
  const [owners, setOwners] = useState<ComboboxItem[]>([])
  const [busy, setBusy] = useState(false)
  const [faults, setFaults] = useState<Record<string, string>>({})
  const send = async (e: FormEvent) => {
    e.preventDefault()
    if (!name.trim()) return setFaults({ name: 'Give it a name.' })
    setBusy(true)
    try {
      const made = await createResource(
        {
          kind: 'entitlement',
          app: app.slug,
          name: name.trim(),
          ...(slug.trim() ? { slug: slug.trim() } : {}),
          ...(description.trim() ? { description: description.trim() } : {}),
          ...(owners.length ? { owners: owners.map((o) => o.value) } : {}),
        },
        key,
      )
      void client.invalidateQueries({ queryKey: ['resources'] })
      onClose()
      await navigate({ to: `/catalogue/${made.slug}` as string })
      toast(`${made.name} is in ${app.name}.`, { tone: 'good' })
    } catch (error) {
      // What was refused may be corrected: the next try is another call.
      setKey(newKey())
      setFaults({ ...byField(asError(error).faults), '': message(error) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Add access in ${app.name}`}
      description="It is there at once. What the tags of the app demand holds for it too."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="add-part" busy={busy}>
            Add it
          </Button>
        </>
      }
    >
      <form id="add-part" noValidate onSubmit={(e) => void send(e)} className="grid gap-5">
        {faults[''] && <Note tone="bad">{faults['']}</Note>}
        <Field label="Name" error={faults.name}>
          {(control) => (
            <Input {...control} data-autofocus value={name} onChange={(e) => setName(e.target.value)} />
          )}
        </Field>
        <Field
          label="What does it let people do?"
          required={false}
          help="Shown in the catalogue."
          error={faults.description}
        >
          {(control) => (
            <Textarea {...control} value={description} onChange={(e) => setDescription(e.target.value)} />
          )}
        </Field>
        <Field
          label="Short name"
          required={false}
          help="For addresses, scripts and files. Left empty, it is made from the name."
          error={faults.slug}
        >
          {(control) => <Input {...control} value={slug} onChange={(e) => setSlug(e.target.value)} />}
        </Field>
        <Chosen
          what="people"
          label="Owners"
          help="They decide who gets it. Left empty, the owners of the app do."
          error={faults.owners}
          items={owners}
          onChange={setOwners}
        />
      </form>
    </Dialog>
  )
}
