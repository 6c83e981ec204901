import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { delegate, delegationsQuery, endDelegation } from '../../api/delegation'
import { asError, message } from '../../api/error'
import type { Delegation } from '../../api/types'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import type { ComboboxItem } from '../../components/Combobox'
import { ErrorState } from '../../components/ErrorState'
import { Field } from '../../components/Field'
import { Input } from '../../components/Input'
import { PageFrame } from '../../components/PageFrame'
import { SkeletonRows } from '../../components/Skeleton'
import { date, day } from '../../components/time'
import { toast } from '../../components/toast'
import { endOfDay, localDate, startOfDay } from '../../components/zone'
import { useMe } from '../../modules/me'
import { PersonLink } from '../../modules/names'
import { PersonPicker } from '../../modules/pickers'

/** AwayPage lets another person vote in one's place during an absence. */
export function AwayPage() {
  const me = useMe()
  const client = useQueryClient()
  const { data, error, isPending, refetch } = useQuery(delegationsQuery())
  const list = (data?.items ?? []).filter((d) => !d.ended_at && new Date(d.ends_at).getTime() > Date.now())
  const end = async (d: Delegation) => {
    try {
      await endDelegation(d.id)
      await client.invalidateQueries({ queryKey: ['delegations'] })
      toast('Ended. You decide yourself again.', { tone: 'good' })
    } catch (e) {
      toast(message(e), { tone: 'bad' })
    }
  }
  return (
    <PageFrame
      title="Away"
      sub="While you are away another person votes in your place. It counts once together with your own vote, and cannot be passed on."
      width="narrow"
    >
      <div className="grid gap-4">
        <Card title="Who decides for whom">
          {isPending && <SkeletonRows rows={2} />}
          {!data && error && <ErrorState error={error} onRetry={() => void refetch()} />}
          {data && list.length === 0 && (
            <p className="text-muted">Nobody stands in. Choose below who decides while you are away.</p>
          )}
          <ul className="grid">
            {list.map((d) => (
              <li
                key={d.id}
                className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line py-2.5 [&:not(:last-child)]:border-b"
              >
                <p className="min-w-0 flex-1 basis-60">
                  <PersonLink user={d.to} /> votes for{' '}
                  {d.from.id === me?.user.id ? 'you' : <PersonLink user={d.from} />}
                  <span className="block text-[0.8125rem] text-muted">
                    {date(d.starts_at)} to {date(d.ends_at)}
                    {d.reason && ` · ${d.reason}`}
                  </span>
                </p>
                {(d.from.id === me?.user.id || me?.permissions.admin) && (
                  <Button size="sm" onClick={() => void end(d)}>
                    End now
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </Card>
        <NewDelegation />
      </div>
    </PageFrame>
  )
}

function NewDelegation() {
  const client = useQueryClient()
  const [to, setTo] = useState<ComboboxItem | null>(null)
  const [from, setFrom] = useState(localDate(new Date()))
  const [until, setUntil] = useState(localDate(Date.now() + 7 * day))
  const [reason, setReason] = useState('')
  const [faults, setFaults] = useState<Record<string, string>>({})
  const [busy, setBusy] = useState(false)
  const send = async (e: FormEvent) => {
    e.preventDefault()
    const found: Record<string, string> = {}
    if (!to) found.to = 'Choose who decides for you.'
    if (!until || until < from) found.ends_at = 'Choose a last day that is not before the first.'
    setFaults(found)
    if (!to || Object.keys(found).length) return
    setBusy(true)
    try {
      const first = startOfDay(from)
      await delegate({
        to: to.value,
        starts_at: first && Date.parse(first) > Date.now() ? first : undefined,
        ends_at: endOfDay(until) ?? '',
        reason: reason.trim() || undefined,
      })
      await client.invalidateQueries({ queryKey: ['delegations'] })
      toast(`${to.label} decides for you until ${date(endOfDay(until) ?? '')}.`, { tone: 'good' })
      setTo(null)
      setReason('')
    } catch (error) {
      const refused = asError(error)
      setFaults({
        ...Object.fromEntries(refused.faults.map((f) => [f.location, f.message])),
        '': message(refused),
      })
    } finally {
      setBusy(false)
    }
  }
  return (
    <Card title="Let somebody decide for you">
      <form onSubmit={(e) => void send(e)} noValidate className="grid gap-4">
        {faults[''] && (
          <p role="alert" className="rounded-md bg-bad-soft px-3 py-2.5 text-bad">
            {faults['']}
          </p>
        )}
        <Field label="Who" error={faults.to}>
          {(control) => <PersonPicker control={control} value={to} onChange={setTo} />}
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="First day" error={faults.starts_at}>
            {(control) => (
              <Input
                {...control}
                type="date"
                value={from}
                min={localDate(new Date())}
                onChange={(e) => setFrom(e.target.value)}
              />
            )}
          </Field>
          <Field label="Last day" error={faults.ends_at}>
            {(control) => (
              <Input
                {...control}
                type="date"
                value={until}
                min={from}
                onChange={(e) => setUntil(e.target.value)}
              />
            )}
          </Field>
        </div>
        <Field label="Why" required={false} error={faults.reason}>
          {(control) => <Input {...control} value={reason} onChange={(e) => setReason(e.target.value)} />}
        </Field>
        <Button look="primary" type="submit" busy={busy} className="justify-self-start">
          Let them decide
        </Button>
      </form>
    </Card>
  )
}
