import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Button } from '../../components/Button'
import { Field } from '../../components/Field'
import { Textarea } from '../../components/Textarea'

/** DenyForm asks for the sentence that a denial needs, in place. Ctrl Enter sends, Escape closes. */
export function DenyForm({
  label,
  action,
  onDeny,
  onClose,
}: {
  label: string
  action: string
  onDeny: (comment: string) => void
  onClose: () => void
}) {
  const [text, setText] = useState('')
  const [error, setError] = useState('')
  const area = useRef<HTMLTextAreaElement>(null)
  useEffect(() => area.current?.focus(), [])
  const send = (e?: FormEvent) => {
    e?.preventDefault()
    if (text.trim()) onDeny(text.trim())
    else {
      setError('A denial needs a sentence.')
      area.current?.focus()
    }
  }
  return (
    <form onSubmit={send} noValidate className="mt-3 grid gap-3">
      <Field label={label} error={error}>
        {(control) => (
          <Textarea
            {...control}
            ref={area}
            rows={2}
            value={text}
            onChange={(e) => {
              setText(e.target.value)
              setError('')
            }}
            onKeyDown={(e) => {
              if (e.key === 'Escape') onClose()
              else if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) send()
            }}
          />
        )}
      </Field>
      <div className="flex justify-end gap-2 max-md:*:flex-1">
        <Button onClick={onClose}>Keep it open</Button>
        <Button look="danger" type="submit">
          {action}
        </Button>
      </div>
    </form>
  )
}
