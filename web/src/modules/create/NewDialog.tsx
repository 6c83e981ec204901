import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { previewQuery } from '../../api/request'
import { resourceQuery } from '../../api/resource'
import type { Ask } from '../../api/types'
import { Field } from '../../components/Field'
import { Select } from '../../components/Select'
import { useSettled } from '../../components/settled'
import { Textarea } from '../../components/Textarea'
import { AskOutcome } from '../ask/AskOutcome'
import { RequestDialog, RequestForm, type RequestFormProps, useSending } from '../ask/RequestForm'
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
  return (
    <RequestDialog
      id="new"
      param={param}
      onClose={onClose}
      title={() => 'Ask for something new'}
      send={() => 'Send request'}
    >
      {(props) => <NewForm {...props} />}
    </RequestDialog>
  )
}

function NewForm({ param, onClose, onBusy }: RequestFormProps<NewParam>) {
  const me = useMe()
  const [draft, setDraft] = useState<Draft>(() => ({ ...emptyDraft(param.kind), name: param.name ?? '' }))
  const [reason, setReason] = useState('')
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

  const { form, faults, setFaults, tried, send } = useSending({
    ask,
    missing: () => missing(draft, reason),
    place: byField,
    stale: ['requests', 'inbox', 'me', 'preview', 'resources'],
    atOnce: 'Made at once.',
    onClose,
    onBusy,
  })
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
    'audience',
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
    <RequestForm
      id="new"
      form={form}
      onSend={send}
      fault={faults['']}
      aside={
        ready ? (
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
        )
      }
    >
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
    </RequestForm>
  )
}
