import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { newKey } from '../../api/client'
import { asError, message } from '../../api/error'
import { createRequest, previewQuery } from '../../api/request'
import { resourceQuery } from '../../api/resource'
import type { Ask } from '../../api/types'
import { Button } from '../../components/Button'
import { Dialog } from '../../components/Dialog'
import { Field } from '../../components/Field'
import { Select } from '../../components/Select'
import { Textarea } from '../../components/Textarea'
import { toast } from '../../components/toast'
import { AskOutcome } from '../ask/AskOutcome'
import { useMe } from '../me'
import { kindWords } from '../names'
import { type Draft, emptyDraft, missing, toThing } from './draft'
import { byField, fieldOf } from './faults'
import { type NewParam, newKinds } from './open'
import { ThingFields } from './ThingFields'

const kindText = {
  app: 'A system, or a thing held as a whole',
  entitlement: 'One permission inside an app',
  group: 'A directory group on its own',
  role: 'A job function that gives other things',
}

/** NewDialog asks for something that is not there yet, and says before sending who decides and what is wrong. */
export default function NewDialog({ param, onClose }: { param: NewParam | null; onClose: () => void }) {
  const [busy, setBusy] = useState(false)
  const last = useRef(param) // the dialog fades out with what it showed
  if (param) last.current = param
  return (
    <Dialog
      open={param !== null}
      onClose={onClose}
      title="Ask for something new"
      wide
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="new" busy={busy}>
            Send request
          </Button>
        </>
      }
    >
      {last.current && <NewForm param={last.current} onClose={onClose} onBusy={setBusy} />}
    </Dialog>
  )
}

function NewForm({
  param,
  onClose,
  onBusy,
}: {
  param: NewParam
  onClose: () => void
  onBusy: (busy: boolean) => void
}) {
  const me = useMe()
  const client = useQueryClient()
  const navigate = useNavigate()
  const form = useRef<HTMLFormElement>(null)
  const [key, setKey] = useState(newKey)
  const [draft, setDraft] = useState<Draft>(() => ({ ...emptyDraft(param.kind), name: param.name ?? '' }))
  const [reason, setReason] = useState('')
  const [faults, setFaults] = useState<Record<string, string>>({})
  const [tried, setTried] = useState(false)
  const put = (patch: Partial<Draft>) => setDraft((old) => ({ ...old, ...patch }))

  // An app that the address names is chosen once it is known.
  const app = useQuery({ ...resourceQuery(param.app ?? ''), enabled: !!param.app }).data
  useEffect(() => {
    if (app?.kind === 'app') setDraft((old) => ({ ...old, app: { value: app.slug, label: app.name } }))
  }, [app])

  const ask: Ask = { kind: 'create', create: toThing(draft), reason: reason.trim() || undefined }
  const settled = useSettled(ask)
  const ready = draft.kind !== 'entitlement' || !!draft.app
  const preview = useQuery({ ...previewQuery(settled), enabled: ready, placeholderData: keepPreviousData })

  const focusFault = () =>
    requestAnimationFrame(() => {
      const first = form.current?.querySelector<HTMLElement>('[aria-invalid=true], [role=alert]')
      first?.focus()
      first?.scrollIntoView({ block: 'center' })
    })
  const send = async (e: FormEvent) => {
    e.preventDefault()
    setTried(true)
    const found = missing(draft, reason)
    setFaults(found)
    if (Object.keys(found).length) return focusFault()
    onBusy(true)
    try {
      const made = await createRequest(ask, key)
      client.setQueryData(['request', made.id], made)
      for (const name of ['requests', 'inbox', 'me', 'preview', 'resources'])
        void client.invalidateQueries({ queryKey: [name] })
      onClose()
      await navigate({ to: '/requests/$id', params: { id: made.id } })
      toast(made.state === 'approved' ? 'Made at once.' : 'Request sent.', { tone: 'good' })
    } catch (error) {
      const refused = asError(error)
      setKey(newKey()) // what was refused may be corrected: the next try is another call
      setFaults({ ...byField(refused.faults), '': message(refused) })
      focusFault()
    } finally {
      onBusy(false)
    }
  }
  // What the server would refuse is said at once, except what is merely not filled in yet.
  const problems = (preview.data?.problems ?? []).filter((p) => {
    const field = fieldOf(p.location)
    return (
      tried ||
      !(
        field === 'reason' ||
        (field === 'name' && !draft.name.trim()) ||
        (field === 'slug' && !draft.name.trim())
      )
    )
  })
  const told = byField(problems)
  const fields = [
    'app',
    'name',
    'slug',
    'description',
    'owners',
    'members',
    'members_for',
    'tags',
    'gives',
    'entitlements',
    'reason',
  ]
  const fault = (name: string) => faults[name] ?? told[name]

  return (
    <form
      ref={form}
      id="new"
      noValidate
      onSubmit={(e) => void send(e)}
      className="grid items-start gap-x-7 gap-y-5 md:grid-cols-[minmax(0,1fr)_21rem]"
    >
      <div className="grid min-w-0 gap-5">
        {faults[''] && (
          <p role="alert" tabIndex={-1} className="rounded-md bg-bad-soft px-3 py-2.5 text-bad">
            {faults['']}
          </p>
        )}
        <Field label="What is it?" help={kindText[draft.kind]}>
          {(control) => (
            <Select
              {...control}
              value={draft.kind}
              onChange={(e) => {
                put({ kind: e.target.value as Draft['kind'] })
                setFaults({})
              }}
              choices={newKinds.map((k) => ({
                value: k,
                label: k === 'entitlement' ? 'Access in an app' : kindWords[k],
              }))}
            />
          )}
        </Field>
        <ThingFields draft={draft} onChange={put} fault={fault} />
        <Field label="Why?" help="Approvers read this first." error={fault('reason')}>
          {(control) => <Textarea {...control} value={reason} onChange={(e) => setReason(e.target.value)} />}
        </Field>
      </div>
      <div className="min-w-0 md:sticky md:top-0">
        {ready ? (
          <AskOutcome
            preview={preview.data}
            loading={preview.isLoading}
            error={preview.error}
            problems={problems.filter((p) => !fields.includes(fieldOf(p.location)))}
            me={me?.user.id}
          />
        ) : (
          <p className="rounded-lg border border-line border-dashed p-4 text-muted">
            Choose the app. Who decides is shown here before you send anything.
          </p>
        )}
      </div>
    </form>
  )
}

/** useSettled waits until nobody types. */
function useSettled(ask: Ask): Ask {
  const text = JSON.stringify(ask)
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 250)
    return () => clearTimeout(timer)
  }, [text])
  return JSON.parse(settled) as Ask
}
