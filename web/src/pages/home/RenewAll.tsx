import { useQueryClient } from '@tanstack/react-query'
import { CircleAlert, CircleCheck } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { newKey } from '../../api/client'
import { message } from '../../api/error'
import { createRequest } from '../../api/request'
import type { Access, AccessRequest } from '../../api/types'
import { Button } from '../../components/Button'
import { Checkbox } from '../../components/Checkbox'
import { Dialog } from '../../components/Dialog'
import { DurationPicker, type Length } from '../../components/DurationPicker'
import { Field } from '../../components/Field'
import { Textarea } from '../../components/Textarea'
import { date } from '../../components/time'
import { names } from '../../modules/names'
import { useTitle } from '../../modules/titles'

const keyOf = (a: Access) => `${a.resource.id} ${a.relation}`

/** outcome says in a few words what became of one row. */
function outcome(r: AccessRequest): string {
  if (r.state !== 'pending') return 'Renewed'
  return r.waiting_for?.length ? `Asked; waits for ${names(r.waiting_for, undefined, 2)}` : 'Asked'
}

/** RenewAll asks for more of everything that ends soon, each as a request of its own, and says what became of each. */
export function RenewAll({ list, onClose }: { list: readonly Access[]; onClose: () => void }) {
  const client = useQueryClient()
  const title = useTitle()
  const [rows] = useState(list)
  const [keys] = useState(() => new Map(list.map((a) => [keyOf(a), newKey()])))
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const [length, setLength] = useState<Length>({ duration: 'P30D' })
  const [reason, setReason] = useState('')
  const [results, setResults] = useState<Record<string, { ok: boolean; text: string }>>({})
  const [busy, setBusy] = useState(false)
  const open = rows.filter((a) => !left.has(keyOf(a)) && !results[keyOf(a)]?.ok)
  const tried = Object.keys(results).length > 0
  const send = async (e: FormEvent) => {
    e.preventDefault()
    setBusy(true)
    for (const a of open) {
      const key = keyOf(a)
      try {
        const made = await createRequest(
          { resource: a.resource.slug, relation: a.relation, ...length, reason: reason.trim() || undefined },
          keys.get(key) ?? newKey(),
        )
        setResults((r) => ({ ...r, [key]: { ok: true, text: outcome(made) } }))
      } catch (err) {
        keys.set(key, newKey())
        setResults((r) => ({ ...r, [key]: { ok: false, text: message(err) } }))
      }
    }
    setBusy(false)
    for (const k of ['access', 'requests', 'inbox']) void client.invalidateQueries({ queryKey: [k] })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Renew what ends soon"
      description="Each is asked for by itself and decided as always; the length counts from the decision."
      footer={
        <>
          <Button onClick={onClose}>{tried && open.length === 0 ? 'Done' : 'Cancel'}</Button>
          {open.length > 0 && (
            <Button type="submit" form="renew-all" look="primary" busy={busy}>
              {tried ? `Try ${open.length} again` : `Renew ${open.length}`}
            </Button>
          )}
        </>
      }
    >
      <form id="renew-all" noValidate onSubmit={(e) => void send(e)} className="grid gap-5">
        <ul className="grid" aria-label="What ends soon">
          {rows.map((a) => {
            const key = keyOf(a)
            const result = results[key]
            return (
              <li key={key} className="border-line py-1.5 [&:not(:last-child)]:border-b">
                <Checkbox
                  checked={!left.has(key)}
                  disabled={!!result?.ok || busy}
                  onChange={() => {
                    const next = new Set(left)
                    if (!next.delete(key)) next.add(key)
                    setLeft(next)
                  }}
                >
                  {title(a.resource)}
                  <span className="text-muted"> · ends {date(a.ends_at ?? '')}</span>
                </Checkbox>
                {result && (
                  <p
                    role={result.ok ? 'status' : 'alert'}
                    className={`flex items-start gap-1.5 pl-7 text-[0.875rem] ${result.ok ? 'text-good' : 'text-bad'}`}
                  >
                    {result.ok ? (
                      <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0" />
                    ) : (
                      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
                    )}
                    {result.text}
                  </p>
                )}
              </li>
            )
          })}
        </ul>
        {open.length > 0 && (
          <>
            <DurationPicker value={length} onChange={setLength} durations={{}} />
            <Field label="Why?" required={false} help="Approvers read this first.">
              {(control) => (
                <Textarea {...control} value={reason} onChange={(e) => setReason(e.target.value)} />
              )}
            </Field>
          </>
        )}
      </form>
    </Dialog>
  )
}
