import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import {
  type Connection,
  type ConnectionPatch,
  type ConnectorKind,
  updateConnection,
} from '../../api/connection'
import { asError, message } from '../../api/error'
import { Button } from '../../components/Button'
import { Checkbox } from '../../components/Checkbox'
import { Dialog } from '../../components/Dialog'
import { Field } from '../../components/Field'
import { Input } from '../../components/Input'
import { LengthInput } from '../../components/LengthInput'
import { Note } from '../../components/Note'
import { toast } from '../../components/toast'
import { ConnectorFields } from './ConnectorFields'
import { changedValues, settingFaults, startValues } from './settings'

/** ConnectionSettings changes a connection. Secrets that are left empty keep their value. */
export function ConnectionSettings({
  connection: c,
  kind,
  onClose,
}: {
  connection: Connection
  kind: ConnectorKind
  onClose: () => void
}) {
  const client = useQueryClient()
  const [name, setName] = useState(c.name)
  const [values, setValues] = useState(() => startValues(kind, c))
  const [directory, setDirectory] = useState(c.directory)
  const [every, setEvery] = useState(c.sync_every)
  const [faults, setFaults] = useState<Record<string, string>>({})
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const save = async (e: FormEvent) => {
    e.preventDefault()
    const found = settingFaults(kind, values, c)
    if (!name.trim()) found.name = 'Give it a name.'
    setFaults(found)
    setError('')
    if (Object.keys(found).length) return
    const patch: ConnectionPatch = {}
    if (name.trim() !== c.name) patch.name = name.trim()
    if (directory !== c.directory) patch.directory = directory
    if (every !== c.sync_every) patch.sync_every = every ?? ''
    const settings = changedValues(kind, values, c)
    if (Object.keys(settings).length) patch.settings = settings
    if (Object.keys(patch).length === 0) return onClose()
    setBusy(true)
    try {
      await updateConnection(c.id, patch, c.version)
      await client.invalidateQueries({ queryKey: ['connections'] })
      toast('Saved. Check it next.', { tone: 'good' })
      onClose()
    } catch (err) {
      setFaults(Object.fromEntries(asError(err).faults.map((f) => [f.location, f.message])))
      setError(message(err))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Settings of ${c.name}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="connection" busy={busy}>
            Save
          </Button>
        </>
      }
    >
      <form id="connection" noValidate onSubmit={(e) => void save(e)} className="grid gap-4">
        {error && <Note tone="bad">{error}</Note>}
        <Field label="Name" error={faults.name}>
          {(control) => <Input {...control} value={name} onChange={(e) => setName(e.target.value)} />}
        </Field>
        <ConnectorFields
          kind={kind}
          values={values}
          stored={c.secrets ?? []}
          onChange={setValues}
          fault={(path) => faults[path]}
        />
        <Checkbox checked={directory} onChange={(e) => setDirectory(e.target.checked)}>
          People and groups are read from it
        </Checkbox>
        <Field label="Read it every" help="Empty: on demand only." error={faults.sync_every}>
          {(control) => <LengthInput control={control} value={every} onChange={setEvery} />}
        </Field>
      </form>
    </Dialog>
  )
}
