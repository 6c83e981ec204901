// What asking for something that is there and for something new have in common: the dialog, the sending, the two columns.
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, type RefObject, useRef, useState } from 'react'
import { newKey } from '../../api/client'
import { asError, type Fault, message } from '../../api/error'
import { createRequest } from '../../api/request'
import type { Ask } from '../../api/types'
import { Button } from '../../components/Button'
import { Dialog } from '../../components/Dialog'
import { toast } from '../../components/toast'

export interface RequestFormProps<P> {
  param: P
  onClose: () => void
  onBusy: (busy: boolean) => void
}

/** RequestDialog is the dialog around a form of that id. It fades out with what it showed. */
export function RequestDialog<P>({
  id,
  param,
  onClose,
  title,
  send,
  children,
}: {
  id: string
  param: P | null
  onClose: () => void
  title: (param: P | null) => string
  /** What the button that sends says. */
  send: (param: P | null) => string
  children: (props: RequestFormProps<P>) => ReactNode
}) {
  const [busy, setBusy] = useState(false)
  const last = useRef(param)
  if (param) last.current = param
  const shown = last.current
  return (
    <Dialog
      open={param !== null}
      onClose={onClose}
      title={title(shown)}
      wide
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form={id} busy={busy}>
            {send(shown)}
          </Button>
        </>
      }
    >
      {shown && children({ param: shown, onClose, onBusy: setBusy })}
    </Dialog>
  )
}

/** useSending sends what is asked, once, and leads to the request; what is wrong is said at its field and focused. */
export function useSending({
  ask,
  missing,
  place,
  stale,
  atOnce,
  onClose,
  onBusy,
}: {
  ask: Ask
  /** What can be said before the server is asked, by field. */
  missing: () => Record<string, string>
  /** Puts the server's faults to their fields. */
  place: (faults: readonly Fault[]) => Record<string, string>
  /** What is read again afterwards. */
  stale: readonly string[]
  /** Said when nobody had to decide. */
  atOnce: string
  onClose: () => void
  onBusy: (busy: boolean) => void
}) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const form = useRef<HTMLFormElement>(null)
  const [key, setKey] = useState(newKey)
  const [faults, setFaults] = useState<Record<string, string>>({})
  const [tried, setTried] = useState(false)
  const focusFault = () =>
    requestAnimationFrame(() => {
      const first = form.current?.querySelector<HTMLElement>('[aria-invalid=true], [role=alert]')
      first?.focus()
      first?.scrollIntoView({ block: 'center' })
    })
  const send = async (e: FormEvent) => {
    e.preventDefault()
    setTried(true)
    const found = missing()
    setFaults(found)
    if (Object.keys(found).length) return focusFault()
    onBusy(true)
    try {
      const made = await createRequest(ask, key)
      client.setQueryData(['request', made.id], made, { updatedAt: 0 })
      for (const name of stale) void client.invalidateQueries({ queryKey: [name] })
      onClose()
      await navigate({ to: '/requests/$id', params: { id: made.id } })
      toast(made.state === 'approved' ? atOnce : 'Request sent.', { tone: 'good' })
    } catch (error) {
      const refused = asError(error)
      // What was refused may be corrected: the next try is another call. What nobody answered is sent again as it was.
      if (refused.status >= 400 && refused.status < 500) setKey(newKey())
      setFaults({ ...place(refused.faults), '': message(refused) })
      focusFault()
    } finally {
      onBusy(false)
    }
  }
  return { form, faults, setFaults, tried, send }
}

/** RequestForm is the fields, and beside them what will happen. */
export function RequestForm({
  id,
  form,
  onSend,
  fault,
  aside,
  children,
}: {
  id: string
  form: RefObject<HTMLFormElement | null>
  onSend: (e: FormEvent) => Promise<unknown>
  /** Of the whole, above the fields. */
  fault?: string
  aside: ReactNode
  children: ReactNode
}) {
  return (
    <form
      ref={form}
      id={id}
      noValidate
      onSubmit={(e) => void onSend(e)}
      className="grid items-start gap-x-7 gap-y-5 md:grid-cols-[minmax(0,1fr)_21rem]"
    >
      <div className="grid min-w-0 gap-5">
        {fault && (
          <p role="alert" tabIndex={-1} className="rounded-md bg-bad-soft px-3 py-2.5 text-bad">
            {fault}
          </p>
        )}
        {children}
      </div>
      <div className="min-w-0 md:sticky md:top-0">{aside}</div>
    </form>
  )
}
