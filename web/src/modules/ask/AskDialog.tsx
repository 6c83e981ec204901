import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { newKey } from '../../api/client'
import { asError, message } from '../../api/error'
import { createRequest, previewQuery } from '../../api/request'
import { resourceQuery } from '../../api/resource'
import type { Answers, Ask, Relation } from '../../api/types'
import { Button } from '../../components/Button'
import type { ComboboxItem } from '../../components/Combobox'
import { Dialog } from '../../components/Dialog'
import { DurationPicker, firstLength, type Length } from '../../components/DurationPicker'
import { Field, FieldSet } from '../../components/Field'
import { Segments } from '../../components/Segments'
import { Textarea } from '../../components/Textarea'
import { seconds } from '../../components/time'
import { toast } from '../../components/toast'
import { check, keep } from '../form/answers'
import { DynamicForm } from '../form/DynamicForm'
import { useMe } from '../me'
import { PersonPicker, ResourcePicker, resourceItem } from '../pickers'
import { AskOutcome } from './AskOutcome'
import type { AskParam } from './open'

/** AskDialog asks for access: what, for whom, how long, why; and says before sending who decides and what limits it. */
export default function AskDialog({ ask, onClose }: { ask: AskParam | null; onClose: () => void }) {
  const [busy, setBusy] = useState(false)
  // The dialog fades out with what it showed.
  const last = useRef(ask)
  if (ask) last.current = ask
  const shown = last.current
  const title = shown?.extend ? 'Renew access' : 'Request access'
  return (
    <Dialog
      open={ask !== null}
      onClose={onClose}
      title={title}
      wide
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="ask" busy={busy}>
            {shown?.extend ? 'Ask to renew' : 'Send request'}
          </Button>
        </>
      }
    >
      {shown && <AskForm key={JSON.stringify(shown)} param={shown} onClose={onClose} onBusy={setBusy} />}
    </Dialog>
  )
}

function AskForm({
  param,
  onClose,
  onBusy,
}: {
  param: AskParam
  onClose: () => void
  onBusy: (busy: boolean) => void
}) {
  const me = useMe()
  const client = useQueryClient()
  const navigate = useNavigate()
  const form = useRef<HTMLFormElement>(null)
  const [key] = useState(newKey)
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
  const [faults, setFaults] = useState<Record<string, string>>({})
  const [tried, setTried] = useState(false)

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
  const settled = useSettled(ask, 250)
  const preview = useQuery({
    ...previewQuery(settled),
    enabled: !!resource && (!forOther || !!person),
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
  const mustReason = ours.some((l) => l.needs_reason)

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

  // Each resource begins with its own usual length.
  const begun = useRef('')
  useEffect(() => {
    if (!resource || begun.current === resource.id) return
    begun.current = resource.id
    setLength(resource.kind === 'work_order' ? {} : firstLength(resource.durations))
    setItem(resourceItem(resource))
  }, [resource])

  const send = async (e: FormEvent) => {
    e.preventDefault()
    setTried(true)
    const found: Record<string, string> = {}
    if (!slug) found.resource = 'Choose what you need.'
    if (forOther && !person) found.beneficiary = 'Choose for whom.'
    if (mustReason && !reason.trim()) found.reason = 'Say why: this needs a reason.'
    if (held && slug && !length.duration && !length.until && !length.no_end) found.duration = 'Say how long.'
    for (const [name, text] of Object.entries(check(resource?.form, answers))) found[`answers.${name}`] = text
    setFaults(found)
    if (Object.keys(found).length) return focusFault()
    onBusy(true)
    try {
      const made = await createRequest(ask, key)
      client.setQueryData(['request', made.id], made)
      for (const name of ['requests', 'inbox', 'access', 'me', 'preview'])
        void client.invalidateQueries({ queryKey: [name] })
      onClose()
      await navigate({ to: '/requests/$id', params: { id: made.id } })
      toast(made.state === 'approved' ? 'Approved at once.' : 'Request sent.', { tone: 'good' })
    } catch (error) {
      const refused = asError(error)
      const placed = Object.fromEntries(refused.faults.map((f) => [f.location, f.message]))
      setFaults({ ...placed, '': message(refused) })
      focusFault()
    } finally {
      onBusy(false)
    }
  }
  const focusFault = () =>
    requestAnimationFrame(() => {
      const first = form.current?.querySelector<HTMLElement>('[aria-invalid=true], [role=alert]')
      first?.focus()
      first?.scrollIntoView({ block: 'center' })
    })

  // What the server would refuse is said at once, except what is merely not filled in yet.
  const problems = (preview.data?.problems ?? []).filter(
    (p) => tried || !(p.location.includes('reason') || p.location.startsWith('answers')),
  )
  const fieldFault = (name: string) => faults[name] ?? problems.find((p) => p.location === name)?.message
  const shownElsewhere = new Set(['reason', 'duration', 'until', 'beneficiary', 'relation', 'resource'])

  return (
    <form
      ref={form}
      id="ask"
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
                onChange={setLength}
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
          help="Approvers read this first."
          required={mustReason}
          error={fieldFault('reason')}
        >
          {(control) => <Textarea {...control} value={reason} onChange={(e) => setReason(e.target.value)} />}
        </Field>
      </div>
      <div className="min-w-0 md:sticky md:top-0">
        {slug ? (
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
        )}
      </div>
    </form>
  )
}

/** useSettled is a value that has not changed for a moment. */
function useSettled<T>(value: T, ms: number): T {
  const text = JSON.stringify(value)
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), ms)
    return () => clearTimeout(timer)
  }, [text, ms])
  return JSON.parse(settled) as T
}
