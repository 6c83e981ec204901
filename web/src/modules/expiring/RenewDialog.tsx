import { useInfiniteQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useMemo, useState } from 'react'
import { newKey } from '../../api/client'
import { message } from '../../api/error'
import { allExpiringQuery, maxBatch, type NewBatch, startBatch } from '../../api/expiring'
import { rows as allRows } from '../../api/list'
import type { Batch, Expiring } from '../../api/types'
import { Button } from '../../components/Button'
import { Checkbox } from '../../components/Checkbox'
import { Dialog } from '../../components/Dialog'
import { DurationPicker, type Length } from '../../components/DurationPicker'
import { ErrorState } from '../../components/ErrorState'
import { Field } from '../../components/Field'
import { Note } from '../../components/Note'
import { number } from '../../components/number'
import { Textarea } from '../../components/Textarea'
import { iso, lengthWords } from '../../components/time'
import { WhatChanges } from '../impact/Folded'
import { useRights } from '../rights'
import { useTitle } from '../titles'
import { RenewRows } from './RenewRows'
import { atMost, fits } from './words'

/** What is renewed: rows that were chosen, or all that a filter finds, which are read first. */
export interface Renewal {
  rows: readonly Expiring[]
  filter?: NewBatch['filter']
  count: number
  /** The order in which a filter's rows are shown. */
  sort?: string
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
  const { filter } = renewal
  const title = useTitle()
  const tooMany = renewal.count > maxBatch
  const query = useInfiniteQuery({
    ...allExpiringQuery(filter ?? {}, renewal.sort),
    enabled: filter !== undefined && !tooMany,
  })
  const { data: pages, hasNextPage, isFetching, isError, fetchNextPage } = query
  useEffect(() => {
    if (pages && hasNextPage && !isFetching && !isError) void fetchNextPage()
  }, [pages, hasNextPage, isFetching, isError, fetchNextPage])
  const read = useMemo(() => allRows(pages), [pages])
  const rows = filter ? read : renewal.rows
  const reading = filter !== undefined && !tooMany && (query.isPending || hasNextPage)
  const count = reading || tooMany ? renewal.count : rows.length
  const { admin } = useRights()
  const [length, setLength] = useState<Length>({ duration: 'P30D' })
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
    items: rows.map((r) => ({ grant_id: r.grant.id, duration: own[r.grant.id] })),
  }
  const send = async (e: FormEvent) => {
    e.preventDefault()
    if (reading || rows.length === 0) return
    if (rows.some((r) => !own[r.grant.id]) && !asked) return setError('Say how long.')
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
      wide={count > 1}
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
          <Button
            type="submit"
            form="renew-many"
            look="primary"
            busy={busy}
            disabled={reading || rows.length === 0}
          >
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
          label={count > 1 ? 'For how long, for all?' : 'For how long?'}
        />
        {!reading && over.length > 0 && (
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
        {tooMany && (
          <Note tone="warn">
            {number(count)} grants match, and at most {number(maxBatch)} are renewed at once. Narrow the
            filters, by app or by date, and renew them in parts.
          </Note>
        )}
        {filter && !reading && !tooMany && rows.length === 0 && (
          <p className="text-muted">Nothing that ends matches the filters any more.</p>
        )}
        {isError && !isFetching && reading ? (
          <ErrorState error={query.error} onRetry={() => void (pages ? fetchNextPage() : query.refetch())} />
        ) : null}
        {reading && !isError && (
          <p role="status" className="text-muted">
            Reading what each allows: {number(rows.length)} of {number(count)}…
          </p>
        )}
        {!reading && rows.length > 1 && <RenewRows rows={rows} asked={asked} own={own} onOwn={setOwn} />}
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
            !reading && rows.length > 0 && (rows.every((r) => own[r.grant.id]) || asked)
              ? { method: 'post', path: '/api/v1/batches', body: { ...batch, reason: 'Not said yet' } }
              : null
          }
        />
        {rows.length > 1 && rows.length <= 1000 && (
          <Checkbox checked={atomic} onChange={() => setAtomic(!atomic)}>
            All or nothing: if one is refused, none is changed
          </Checkbox>
        )}
      </form>
    </Dialog>
  )
}
