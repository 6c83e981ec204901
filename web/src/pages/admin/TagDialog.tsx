import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { asError, cutsMany, message } from '../../api/error'
import type { Trial } from '../../api/impact'
import { saveTag, useConstraints } from '../../api/tag'
import type { Constraints, Tag } from '../../api/types'
import { Button } from '../../components/Button'
import { Checkbox } from '../../components/Checkbox'
import { Dialog } from '../../components/Dialog'
import { Field, FieldSet } from '../../components/Field'
import { Input } from '../../components/Input'
import { LengthInput } from '../../components/LengthInput'
import { Note } from '../../components/Note'
import { toast } from '../../components/toast'
import { CountsGrants } from '../../modules/impact/CountsGrants'
import { Impact } from '../../modules/impact/Impact'
import { useRights } from '../../modules/rights'
import { demanded, demands } from '../../modules/tags/words'

/** TagDialog adds a tag or changes one. What that would cut is said before it happens. */
export function TagDialog({ tag, onClose }: { tag?: Tag; onClose: () => void }) {
  const client = useQueryClient()
  const rights = useRights()
  const keys = useConstraints()
  const [name, setName] = useState(tag?.name ?? '')
  const [description, setDescription] = useState(tag?.description ?? '')
  const [enabled, setEnabled] = useState(tag?.enabled ?? true)
  const [constraints, setConstraints] = useState<Constraints>(tag?.constraints ?? {})
  const [faults, setFaults] = useState<Record<string, string>>({})
  const [error, setError] = useState('')
  const [cuts, setCuts] = useState(false)
  const [busy, setBusy] = useState(false)
  const put = (patch: Partial<Constraints>) => {
    setConstraints({ ...constraints, ...patch })
    setCuts(false)
  }
  const trial: Trial | null =
    tag && JSON.stringify([enabled, constraints]) !== JSON.stringify([tag.enabled, tag.constraints])
      ? {
          method: 'patch',
          path: '/api/v1/tags/{id}',
          params: { id: tag.id },
          body: { enabled, constraints, accept: rights.admin },
        }
      : null
  const save = async (e: FormEvent) => {
    e.preventDefault()
    if (!name.trim()) return setFaults({ name: 'Give it a name.' })
    setBusy(true)
    setError('')
    try {
      await saveTag(tag?.id, {
        name: name.trim(),
        description,
        enabled,
        constraints,
        ...(cuts ? { accept: true } : {}),
      })
      for (const key of ['tags', 'resources', 'resource', 'constraints', 'grants', 'preview'])
        void client.invalidateQueries({ queryKey: [key] })
      toast('Saved.', { tone: 'good' })
      onClose()
    } catch (e) {
      const refused = asError(e)
      setFaults(Object.fromEntries(refused.faults.map((f) => [f.location, f.message])))
      setCuts(cutsMany(e) && rights.admin)
      setError(message(e))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={tag ? `Change ${tag.name}` : 'New tag'}
      description={demands(constraints, keys)}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="tag-form" look={cuts ? 'danger' : 'primary'} busy={busy}>
            {cuts ? 'Shorten them' : tag ? 'Save' : 'Add tag'}
          </Button>
        </>
      }
    >
      <form id="tag-form" noValidate onSubmit={(e) => void save(e)} className="grid gap-4">
        {error && (
          <Note tone={cuts ? 'warn' : 'bad'}>
            {error}
            {cuts && <CountsGrants />}
          </Note>
        )}
        <Field label="Name" error={faults.name}>
          {(control) => (
            <Input {...control} data-autofocus value={name} onChange={(e) => setName(e.target.value)} />
          )}
        </Field>
        <Field label="What it is for" required={false} error={faults.description}>
          {(control) => (
            <Input {...control} value={description} onChange={(e) => setDescription(e.target.value)} />
          )}
        </Field>
        {keys
          .filter((k) => k.kind === 'length')
          .map((k) => (
            <Field
              key={k.key}
              label={k.title}
              required={false}
              error={faults[`constraints.${k.key}`]}
              help={k.help}
            >
              {(control) => (
                <LengthInput
                  control={control}
                  value={demanded(constraints, k.key) as string | undefined}
                  onChange={(v) => put({ [k.key]: v })}
                />
              )}
            </Field>
          ))}
        <FieldSet label="Rules" required={false}>
          <div className="grid gap-1">
            {keys
              .filter((k) => k.kind === 'yes')
              .map((k) => (
                <Checkbox
                  key={k.key}
                  checked={!!demanded(constraints, k.key)}
                  onChange={(e) => put({ [k.key]: e.target.checked || undefined })}
                >
                  {k.title}
                </Checkbox>
              ))}
          </div>
        </FieldSet>
        <Checkbox checked={enabled} onChange={(e) => setEnabled(e.target.checked)}>
          In force
        </Checkbox>
        {trial && (
          <FieldSet label="What that changes now" required={false}>
            <Impact trial={trial} />
          </FieldSet>
        )}
      </form>
    </Dialog>
  )
}
