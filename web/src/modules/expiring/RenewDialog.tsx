import { type FormEvent, useRef, useState } from 'react'
import { newKey } from '../../api/client'
import { message } from '../../api/error'
import { type NewBatch, startBatch } from '../../api/expiring'
import type { Batch, Expiring } from '../../api/types'
import { Button } from '../../components/Button'
import { Checkbox } from '../../components/Checkbox'
import { Dialog } from '../../components/Dialog'
import { DurationPicker, type Length } from '../../components/DurationPicker'
import { Field } from '../../components/Field'
import { LengthInput } from '../../components/LengthInput'
import { number } from '../../components/number'
import { Textarea } from '../../components/Textarea'
import { iso, lengthWords, seconds } from '../../components/time'
import { WhatChanges } from '../impact/Folded'
import { useRights } from '../rights'
import { useTitle } from '../titles'
import { useWindowed } from './windowed'
import { atMost, fits } from './words'

/** What is renewed: rows that were chosen, or all that a filter finds. */
export interface Renewal {
  rows: readonly Expiring[]
  filter?: NewBatch['filter']
  count: number
  /** Lengths to begin with, by grant. */
  own?: Readonly<Record<string, string>>
}

/** RenewDialog asks how long: one length for all, or its own for a row. Each row's limit is beside it, and a length over it is offered to be cut to the greatest allowed. */
export function RenewDialog({
  renewal,
  onClose,
  onStarted,
}: {
  renewal: Renewal
  onClose: () => void
  onStarted: (batch: Batch) => void
}) {
  const { rows, filter, count } = renewal
  const title = useTitle()
  const { admin } = useRights()
  const [length, setLength] = useState<Length>({ duration: 'P30D' })
  const list = useRef<HTMLUListElement>(null)
  const { from, to, before, after } = useWindowed(list, rows.length)
  const [own, setOwn] = useState<Readonly<Record<string, string>>>(renewal.own ?? {})
  const [reason, setReason] = useState('')
  const [atomic, setAtomic] = useState(false)
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const [key, setKey] = useState(newKey)
  const asked = length.until
    ? iso(Math.max(1, Math.round((Date.parse(length.until) - Date.now()) / 1000)))
    : length.duration
  const over = rows.filter((r) => !fits(r.limits, own[r.grant.id] ?? asked))
  const cut = () =>
    setOwn({ ...own, ...Object.fromEntries(over.map((r) => [r.grant.id, r.limits.greatest])) })
  // An admin who gives without a request says why.
  const needs = admin || rows.some((r) => r.limits.needs_reason)
  const batch: NewBatch = {
    action: 'renew',
    duration: length.until ? undefined : length.duration,
    until: length.until,
    reason: reason.trim() || undefined,
    atomic: atomic || undefined,
    ...(filter
      ? { filter }
      : { items: rows.map((r) => ({ grant_id: r.grant.id, duration: own[r.grant.id] })) }),
  }
  const send = async (e: FormEvent) => {
    e.preventDefault()
    if (!filter && rows.some((r) => !own[r.grant.id]) && !asked) return setError('Say how long.')
    if (needs && !reason.trim()) return setError('Write a sentence first.')
    setBusy(true)
    setError('')
    try {
      onStarted(await startBatch(batch, key))
    } catch (err) {
      setError(message(err))
      setKey(newKey())
      setBusy(false)
    }
  }
  const [one] = rows
  return (
    <Dialog
      open
      wide={rows.length > 1}
      onClose={onClose}
      title={
        count === 1 && one
          ? `Renew ${title(one.grant.resource)} for ${one.grant.subject.name}`
          : `Renew ${count.toLocaleString('en')} grants`
      }
      description="The length counts from now. Where you may not renew directly, a request is filed and decided as always."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="renew-many" look="primary" busy={busy}>
            {count === 1 ? 'Renew' : `Renew ${count.toLocaleString('en')}`}
          </Button>
        </>
      }
    >
      <form id="renew-many" noValidate onSubmit={(e) => void send(e)} className="grid gap-5">
        <DurationPicker
          value={length}
          onChange={setLength}
          durations={{}}
          canNoEnd={false}
          label={rows.length > 1 || filter ? 'For how long, for all?' : 'For how long?'}
        />
        {over.length > 0 && (
          <div
            role="status"
            className="flex flex-wrap items-center gap-2 rounded-lg bg-warn-soft px-3 py-2.5 text-warn"
          >
            <p className="min-w-48 flex-1">
              {rows.length === 1 && one
                ? `At most ${atMost(one.limits)}: ${one.limits.from}.`
                : `${number(over.length)} of ${number(rows.length)} allow less than that.`}
            </p>
            <Button size="sm" onClick={cut}>
              {rows.length === 1 && one ? `Use ${atMost(one.limits)}` : 'Use the greatest each allows'}
            </Button>
          </div>
        )}
        {filter && (
          <p className="text-[0.875rem] text-muted">
            All {count.toLocaleString('en')} that match the filters when you press Renew. Each row is held to
            its own limit; what is too long is refused, with the greatest length allowed.
          </p>
        )}
        {rows.length > 1 && (
          <ul ref={list} aria-label="Each row" className="grid">
            {before > 0 && <li aria-hidden style={{ height: before }} />}
            {rows.slice(from, to).map((r, i) => {
              const id = r.grant.id
              const bad = !fits(r.limits, own[id] ?? asked)
              return (
                <li
                  key={id}
                  data-row={id}
                  aria-setsize={rows.length}
                  aria-posinset={from + i + 1}
                  className="flex flex-wrap items-center gap-x-4 gap-y-1.5 border-line py-2 [&:not(:last-child)]:border-b"
                >
                  <span className="min-w-52 flex-1">
                    <span className="font-medium">{r.grant.subject.name}</span> · {title(r.grant.resource)}
                    <span className={`block text-[0.8125rem] ${bad ? 'text-bad' : 'text-muted'}`}>
                      {r.limits.key === 'any'
                        ? 'Any length'
                        : `At most ${atMost(r.limits)}: ${r.limits.from}`}
                    </span>
                  </span>
                  {own[id] === undefined ? (
                    <Button
                      size="sm"
                      look="quiet"
                      onClick={() => setOwn({ ...own, [id]: shorter(asked, r) })}
                    >
                      Another length<span className="sr-only"> for {r.grant.subject.name}</span>
                    </Button>
                  ) : (
                    <LengthInput
                      control={{
                        id: `len-${id}`,
                        'aria-label': `Length for ${r.grant.subject.name}, ${title(r.grant.resource)}`,
                        ...(bad ? { 'aria-invalid': true } : {}),
                      }}
                      value={own[id]}
                      placeholder="as all"
                      onChange={(v) => {
                        const next: Record<string, string> = { ...own }
                        if (v) next[id] = v
                        else delete next[id]
                        setOwn(next)
                      }}
                    />
                  )}
                </li>
              )
            })}
            {after > 0 && <li aria-hidden style={{ height: after }} />}
          </ul>
        )}
        {rows.length === 1 && one && own[one.grant.id] !== undefined && (
          <p className="text-[0.875rem]">It is renewed for {lengthWords(own[one.grant.id])}.</p>
        )}
        <Field
          label="Why?"
          required={needs ? undefined : false}
          help="It is kept with each grant; approvers read it first."
          error={error}
        >
          {(control) => <Textarea {...control} value={reason} onChange={(e) => setReason(e.target.value)} />}
        </Field>
        <WhatChanges
          idle="Say how long first."
          trial={
            filter || rows.every((r) => own[r.grant.id]) || asked
              ? { method: 'post', path: '/api/v1/batches', body: { ...batch, reason: 'Not said yet' } }
              : null
          }
        />
        {count > 1 && count <= 1000 && (
          <Checkbox checked={atomic} onChange={() => setAtomic(!atomic)}>
            All or nothing: if one is refused, none is changed
          </Checkbox>
        )}
      </form>
    </Dialog>
  )
}

function shorter(asked: string | undefined, r: Expiring): string {
  const n = Math.min(seconds(asked) ?? 30 * 86_400, seconds(r.limits.greatest) ?? Number.POSITIVE_INFINITY)
  return iso(n)
}
