import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { previewQuery } from '../../api/request'
import { resourceQuery } from '../../api/resource'
import type { Answers, Ask, Relation } from '../../api/types'
import type { ComboboxItem } from '../../components/Combobox'
import { DurationPicker, firstLength, type Length } from '../../components/DurationPicker'
import { Field, FieldSet } from '../../components/Field'
import { Segments } from '../../components/Segments'
import { useSettled } from '../../components/settled'
import { Textarea } from '../../components/Textarea'
import { seconds } from '../../components/time'
import { check, keep } from '../form/answers'
import { DynamicForm } from '../form/DynamicForm'
import { useMe } from '../me'
import { PersonPicker, ResourcePicker, resourceItem } from '../pickers'
import { AskOutcome } from './AskOutcome'
import type { AskParam } from './open'
import { RequestDialog, RequestForm, type RequestFormProps, useSending } from './RequestForm'

/** AskDialog asks for access: what, for whom, how long, why; and says before sending who decides and what limits it. */
export default function AskDialog({ ask, onClose }: { ask: AskParam | null; onClose: () => void }) {
  return (
    <RequestDialog
      id="ask"
      param={ask}
      onClose={onClose}
      title={(p) => (p?.extend ? 'Renew access' : 'Request access')}
      send={(p) => (p?.extend ? 'Ask to renew' : 'Send request')}
    >
      {(props) => <AskForm key={JSON.stringify(props.param)} {...props} />}
    </RequestDialog>
  )
}

function AskForm({ param, onClose, onBusy }: RequestFormProps<AskParam>) {
  const me = useMe()
  const [item, setItem] = useState<ComboboxItem | null>(
    param.resource ? { value: param.resource, label: param.resource } : null,
  )
  const [forOther, setForOther] = useState(!!param.beneficiary)
  const [person, setPerson] = useState<ComboboxItem | null>(
    param.beneficiary
      ? { value: param.beneficiary, label: param.beneficiary.replace(/^role:/, 'role ') }
      : null,
  )
  const [relation, setRelation] = useState<Relation>(param.relation ?? 'member')
  const [length, setLength] = useState<Length>({})
  const [reason, setReason] = useState('')
  const [answers, setAnswers] = useState<Answers>({})

  const slug = item?.value ?? ''
  const resource = useQuery({ ...resourceQuery(slug), enabled: !!slug }).data
  const held = resource ? resource.kind !== 'work_order' : true
  const ask: Ask = {
    resource: slug,
    relation: held ? relation : undefined,
    beneficiary: forOther ? person?.value : undefined,
    ...(held ? length : {}),
    reason: reason.trim() || undefined,
    answers: keep(resource?.form, answers),
    kind: param.extend ? 'extend' : undefined,
  }
  const settled = useSettled(ask)
  const preview = useQuery({
    ...previewQuery(settled),
    // What is settled may still be from before anything was chosen.
    enabled: !!resource && !!settled.resource && (!forOther || !!person),
    placeholderData: (old, query) =>
      (query?.queryKey[1] as Ask | undefined)?.resource === slug ? keepPreviousData(old) : undefined,
  })
  const limits = preview.data?.limits ?? []
  const ours = limits.filter((l) => !l.relation || l.relation === relation)
  const limit = Math.min(
    ...ours.map((l) => seconds(l.longest ?? '') ?? Number.POSITIVE_INFINITY),
    Number.POSITIVE_INFINITY,
  )
  const mustEnd = ours.some((l) => l.must_end)
  const why = ours.find((l) => l.needs_reason)

  // The dialog is open before its fields are there: it takes the focus, some moments later, and hands it on.
  useEffect(() => {
    let tries = 0
    const timer = setInterval(() => {
      const first = document.querySelector<HTMLElement>('[role=dialog] [data-autofocus]')
      if (first && document.activeElement === first.closest('[role=dialog]')) first.focus()
      if (++tries === 10) clearInterval(timer)
    }, 50)
    return () => clearInterval(timer)
  }, [])

  // Each resource begins with its own usual length, and with what it is limited to once that is known.
  const begun = useRef('')
  const chosen = useRef(false)
  useEffect(() => {
    if (!resource) return
    if (begun.current !== resource.id) {
      begun.current = resource.id
      chosen.current = false
      setItem(resourceItem(resource))
    }
    if (!chosen.current)
      setLength(resource.kind === 'work_order' ? {} : firstLength(resource.durations, limit))
  }, [resource, limit])

  const { form, faults, setFaults, tried, send } = useSending({
    ask,
    missing: () => {
      const found: Record<string, string> = {}
      if (!slug) found.resource = 'Choose what you need.'
      if (forOther && !person) found.beneficiary = 'Choose for whom.'
      if (why && !reason.trim()) found.reason = 'Say why: this needs a reason.'
      if (held && slug && !length.duration && !length.until && !length.no_end)
        found.duration = 'Say how long.'
      for (const [name, text] of Object.entries(check(resource?.form, answers)))
        found[`answers.${name}`] = text
      return found
    },
    place: (list) => Object.fromEntries(list.map((f) => [f.location, f.message])),
    stale: ['requests', 'inbox', 'access', 'me', 'preview'],
    atOnce: 'Approved at once.',
    onClose,
    onBusy,
  })

  // What the server would refuse is said at once, except what is merely not filled in yet.
  const problems = (preview.data?.problems ?? []).filter(
    (p) => tried || !(p.location.includes('reason') || p.location.startsWith('answers')),
  )
  const fieldFault = (name: string) => faults[name] ?? problems.find((p) => p.location === name)?.message
  const shownElsewhere = new Set(['reason', 'duration', 'until', 'beneficiary', 'relation', 'resource'])

  return (
    <RequestForm
      id="ask"
      form={form}
      onSend={send}
      fault={faults['']}
      aside={
        slug ? (
          <AskOutcome
            preview={preview.data}
            loading={preview.isLoading}
            error={preview.error}
            problems={problems.filter(
              (p) => !shownElsewhere.has(p.location) && !p.location.startsWith('answers'),
            )}
            extend={param.extend}
            me={me?.user.id}
            beneficiary={forOther ? person?.value : undefined}
          />
        ) : (
          <p className="hidden rounded-lg border border-line border-dashed p-4 text-muted md:block">
            Choose what you need. Who decides and what limits it is shown here before you send anything.
          </p>
        )
      }
    >
      <Field label="What do you need?" error={fieldFault('resource')} help={resource?.description}>
        {(control) => (
          <ResourcePicker
            control={param.resource ? control : { ...control, 'data-autofocus': true }}
            value={item}
            onChange={(next) => {
              setItem(next)
              setAnswers({})
              setFaults({})
            }}
          />
        )}
      </Field>

      <FieldSet label="For whom?" error={fieldFault('beneficiary')}>
        <Segments
          label="For whom?"
          value={forOther ? 'other' : 'me'}
          onChange={(v) => setForOther(v === 'other')}
          choices={[
            { value: 'me', label: me ? `Me, ${me.user.name}` : 'Me' },
            { value: 'other', label: 'Someone else' },
          ]}
        />
        {forOther && (
          <div className="mt-1.5">
            <PersonPicker
              control={{ id: 'ask-person', 'aria-label': 'Who' }}
              value={person}
              onChange={setPerson}
            />
          </div>
        )}
      </FieldSet>

      {held && (
        <>
          <FieldSet label="Level" error={fieldFault('relation')}>
            <Segments
              label="Level"
              value={relation}
              onChange={setRelation}
              choices={[
                { value: 'member', label: 'Member' },
                { value: 'owner', label: 'Owner' },
              ]}
            />
            <p className="text-[0.8125rem] text-muted">
              {relation === 'member'
                ? resource?.kind === 'role'
                  ? 'A member receives what the role holds.'
                  : 'A member can use it.'
                : 'An owner decides who gets it. That alone does not let one use it.'}
            </p>
          </FieldSet>
          {slug && (
            <DurationPicker
              key={resource?.id}
              value={length}
              onChange={(next) => {
                chosen.current = true
                setLength(next)
              }}
              durations={preview.data?.durations ?? resource?.durations}
              limit={Number.isFinite(limit) ? limit : undefined}
              canNoEnd={mustEnd ? false : undefined}
              ends={preview.data?.ends_at}
              error={fieldFault('duration') ?? fieldFault('until') ?? fieldFault('no_end')}
            />
          )}
        </>
      )}

      <DynamicForm
        form={resource?.form}
        answers={answers}
        onChange={setAnswers}
        faults={Object.fromEntries(
          Object.entries(faults)
            .filter(([k]) => k.startsWith('answers.'))
            .map(([k, v]) => [k.slice(8), v]),
        )}
      />

      <Field
        label="Why?"
        help={
          why
            ? `Needed: ${why.words} (${why.from}). Approvers read this first.`
            : 'Approvers read this first.'
        }
        required={!!why}
        error={fieldFault('reason')}
      >
        {(control) => <Textarea {...control} value={reason} onChange={(e) => setReason(e.target.value)} />}
      </Field>
    </RequestForm>
  )
}
