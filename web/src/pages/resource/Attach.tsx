import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { give } from '../../api/access'
import { newKey } from '../../api/client'
import { asError, cutsMany, message } from '../../api/error'
import { resourceQuery } from '../../api/resource'
import type { Relation, Resource } from '../../api/types'
import { Button } from '../../components/Button'
import type { ComboboxItem } from '../../components/Combobox'
import { Dialog } from '../../components/Dialog'
import { DurationPicker, type Length } from '../../components/DurationPicker'
import { Field, FieldSet } from '../../components/Field'
import { Note } from '../../components/Note'
import { Segments } from '../../components/Segments'
import { Textarea } from '../../components/Textarea'
import { toast } from '../../components/toast'
import { useAsk } from '../../modules/ask/open'
import { CountsGrants } from '../../modules/impact/CountsGrants'
import { Impact } from '../../modules/impact/Impact'
import { relationWords } from '../../modules/names'
import { ResourcePicker } from '../../modules/pickers'
import { useRights } from '../../modules/rights'

/** Attach lets a role give something. It needs authority over that thing; who has none files a request for the role. */
export function Attach({ role, onClose }: { role: Resource; onClose: () => void }) {
  const client = useQueryClient()
  const ask = useAsk()
  const rights = useRights()
  const [key, setKey] = useState(newKey)
  const [relation, setRelation] = useState<Relation>('member')
  const [item, setItem] = useState<ComboboxItem | null>(null)
  const [length, setLength] = useState<Length>({ no_end: true })
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState('')
  const [error, setError] = useState<unknown>(null)
  const cuts = error !== null && cutsMany(error) && rights.admin
  const chosen = useQuery({ ...resourceQuery(item?.value ?? ''), enabled: !!item }).data
  const durations = (relation === 'member' && chosen?.durations) || {} // they are about members
  const send = async (e: FormEvent) => {
    e.preventDefault()
    if (!item) return setFault('Choose what it gives.')
    setBusy(true)
    setError(null)
    try {
      await give(
        {
          subject: `role:${role.slug}`,
          resource: item.value,
          relation,
          ...length,
          reason: reason.trim() || undefined,
          ...(cuts ? { accept: true } : {}),
        },
        key,
      )
      for (const k of ['holders', 'grants', 'access', 'resource', 'history'])
        void client.invalidateQueries({ queryKey: [k] })
      toast(`${role.name} ${relation === 'owner' ? 'owns' : 'gives'} ${item.label} now.`, { tone: 'good' })
      onClose()
    } catch (err) {
      setError(err)
      setKey(newKey())
    } finally {
      setBusy(false)
    }
  }
  const refused = error !== null && asError(error).status === 403
  return (
    <Dialog
      open
      onClose={onClose}
      title={`What ${role.name} gives`}
      description="Every member has it at once. It is recorded with your name and the reason."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look={cuts ? 'danger' : 'primary'} type="submit" form="attach" busy={busy}>
            {cuts ? 'Add and shorten them' : 'Add'}
          </Button>
        </>
      }
    >
      <form id="attach" noValidate onSubmit={(e) => void send(e)} className="grid gap-5">
        {error !== null && (
          <Note
            tone={cuts ? 'warn' : 'bad'}
            action={
              refused && item ? (
                <Button
                  size="sm"
                  onClick={() => {
                    onClose()
                    ask({ resource: item.value, beneficiary: `role:${role.slug}`, relation })
                  }}
                >
                  File a request
                </Button>
              ) : undefined
            }
          >
            {message(error)}
            {cuts && <CountsGrants />}
          </Note>
        )}
        <Field label="What" error={fault}>
          {(control) => (
            <ResourcePicker
              control={{ ...control, 'data-autofocus': true }}
              value={item}
              onChange={(next) => {
                setItem(next)
                setError(null)
                setFault('')
              }}
            />
          )}
        </Field>
        <FieldSet label="Level">
          <Segments
            label="Level"
            value={relation}
            onChange={setRelation}
            choices={[
              { value: 'member', label: relationWords.member },
              { value: 'owner', label: relationWords.owner },
            ]}
          />
          <p className="text-[0.8125rem] text-muted">
            {relation === 'member'
              ? 'Its members have the access.'
              : 'Its members look after it: they decide who has it. They have no access by that alone.'}
          </p>
        </FieldSet>
        <DurationPicker value={length} onChange={setLength} durations={durations} />
        <Field label="Why" help="It is kept with the grant.">
          {(control) => <Textarea {...control} value={reason} onChange={(e) => setReason(e.target.value)} />}
        </Field>
        {item && (
          <section aria-label="What that changes" className="rounded-md bg-sunken p-3">
            <Impact
              trial={{
                method: 'post',
                path: '/api/v1/grants',
                body: {
                  subject: `role:${role.slug}`,
                  resource: item.value,
                  relation,
                  ...length,
                  reason: reason.trim() || 'not yet said',
                  accept: rights.admin || undefined,
                },
              }}
            />
          </section>
        )}
      </form>
    </Dialog>
  )
}
