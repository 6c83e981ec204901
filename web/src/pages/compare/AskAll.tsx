import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { newKey } from '../../api/client'
import { message } from '../../api/error'
import { askMany } from '../../api/request'
import type { ResourceRef } from '../../api/types'
import { Button } from '../../components/Button'
import { Dialog } from '../../components/Dialog'
import { DurationPicker, type Length } from '../../components/DurationPicker'
import { Field } from '../../components/Field'
import { Note } from '../../components/Note'
import { Status } from '../../components/Status'
import { Textarea } from '../../components/Textarea'
import { requestPath } from '../../modules/paths'
import { useTitle } from '../../modules/titles'

type Outcome = Awaited<ReturnType<typeof askMany>>['items'][number]

/** AskAll asks for several things at once; each is decided by those who know it, and says what became of it. */
export function AskAll({
  items,
  onClose,
  onDone,
}: {
  items: readonly ResourceRef[]
  onClose: () => void
  onDone: () => void
}) {
  const client = useQueryClient()
  const title = useTitle()
  const [key] = useState(newKey)
  const [length, setLength] = useState<Length>({ duration: 'P30D' })
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState('')
  const [asked] = useState(items)
  const [out, setOut] = useState<Outcome[] | null>(null)
  const send = async (e: FormEvent) => {
    e.preventDefault()
    setBusy(true)
    setError('')
    try {
      const body = asked.map((r) => ({ resource: r.slug, ...length, reason: reason.trim() || undefined }))
      const result = await askMany(body, key)
      setOut(result.items ?? [])
      for (const k of ['requests', 'me', 'access']) void client.invalidateQueries({ queryKey: [k] })
      onDone()
    } catch (err) {
      setError(message(err))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Ask for ${asked.length === 1 ? 'it' : `${asked.length} things`}`}
      description="One request each, so that those who know each thing decide. The reason goes to all of them."
      footer={
        out ? (
          <Button look="primary" onClick={onClose}>
            Close
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="primary" type="submit" form="ask-all" busy={busy}>
              Send {asked.length === 1 ? 'the request' : `${asked.length} requests`}
            </Button>
          </>
        )
      }
    >
      {out ? (
        <ul className="grid gap-2" aria-label="What became of them">
          {asked.map((r, i) => (
            <li key={r.id} className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
              <span className="font-medium">{title(r)}</span>
              {out[i]?.request ? (
                <Link to={requestPath(out[i].request)} className="rounded">
                  <Status state={out[i].request.state} />
                </Link>
              ) : (
                <span className="text-[0.875rem] text-bad">{out[i]?.detail}</span>
              )}
            </li>
          ))}
        </ul>
      ) : (
        <form id="ask-all" noValidate onSubmit={(e) => void send(e)} className="grid gap-5">
          {error && <Note tone="bad">{error}</Note>}
          <p className="text-muted">{asked.map((r) => title(r)).join(', ')}</p>
          <DurationPicker value={length} onChange={setLength} durations={{}} />
          <Field label="Why" help="Those who decide read it.">
            {(control) => (
              <Textarea
                {...control}
                data-autofocus
                value={reason}
                onChange={(e) => setReason(e.target.value)}
              />
            )}
          </Field>
        </form>
      )}
    </Dialog>
  )
}
