import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { createToken } from '../../api/account'
import { message } from '../../api/error'
import { Button } from '../../components/Button'
import { Checkbox } from '../../components/Checkbox'
import { CopyText } from '../../components/CopyText'
import { Dialog } from '../../components/Dialog'
import { Field, FieldSet } from '../../components/Field'
import { Input } from '../../components/Input'
import { Note } from '../../components/Note'
import { Select } from '../../components/Select'

/** What a token may be allowed, in words. */
export const scopeWords: Record<string, string> = {
  read: 'Read everything that you can read',
  request: 'Ask for access, and cancel requests',
  decide: 'Vote on requests, and work on tasks',
  grant: 'Give and end access directly',
  catalogue: 'Change the catalogue',
  audit: 'Read and export the audit log',
  admin: 'Everything an admin does',
}

/** NewToken makes a token and shows its secret, this once. */
export function NewToken({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<string[]>(['read'])
  const [days, setDays] = useState('90')
  const [faults, setFaults] = useState<Record<string, string>>({})
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const [secret, setSecret] = useState('')
  const make = async (e: FormEvent) => {
    e.preventDefault()
    const found: Record<string, string> = {}
    if (!name.trim()) found.name = 'Give it a name, so that you know it again.'
    if (scopes.length === 0) found.scopes = 'Allow at least one thing.'
    setFaults(found)
    setError('')
    if (Object.keys(found).length) return
    setBusy(true)
    try {
      const made = await createToken({ name: name.trim(), scopes, expires_in: `P${days}D` })
      setSecret(made.token)
      void client.invalidateQueries({ queryKey: ['tokens'] })
    } catch (err) {
      setError(message(err))
    } finally {
      setBusy(false)
    }
  }
  if (secret)
    return (
      <Dialog
        open
        onClose={onClose}
        title="Your new token"
        footer={
          <Button look="primary" onClick={onClose}>
            I have stored it
          </Button>
        }
      >
        <div className="grid gap-4">
          <Note tone="warn">Copy it now. It is kept nowhere and never shown again.</Note>
          <CopyText text={secret} label="Copy the token" block />
          <p className="text-muted">
            Send it as <code className="font-mono text-[0.875rem]">Authorization: Bearer …</code>, or set
            SALLYPORT_TOKEN for the command line.
          </p>
        </div>
      </Dialog>
    )
  return (
    <Dialog
      open
      onClose={onClose}
      title="New token"
      description="It acts as you, and only within what you allow here."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="new-token" busy={busy}>
            Make token
          </Button>
        </>
      }
    >
      <form id="new-token" noValidate onSubmit={(e) => void make(e)} className="grid gap-5">
        {error && <Note tone="bad">{error}</Note>}
        <Field label="Name" help="What uses it, e.g. “nightly report”." error={faults.name}>
          {(control) => (
            <Input {...control} value={name} autoComplete="off" onChange={(e) => setName(e.target.value)} />
          )}
        </Field>
        <FieldSet label="What it may do" error={faults.scopes}>
          {Object.entries(scopeWords).map(([scope, words]) => (
            <Checkbox
              key={scope}
              checked={scopes.includes(scope)}
              onChange={(e) =>
                setScopes(e.target.checked ? [...scopes, scope] : scopes.filter((s) => s !== scope))
              }
            >
              <code className="mr-2 font-mono text-[0.875rem]">{scope}</code>
              <span className="text-muted">{words}</span>
            </Checkbox>
          ))}
        </FieldSet>
        <Field label="Expires after" help="At most a year.">
          {(control) => (
            <Select
              {...control}
              className="max-w-48"
              value={days}
              onChange={(e) => setDays(e.target.value)}
              choices={[
                { value: '1', label: '1 day' },
                { value: '7', label: '7 days' },
                { value: '30', label: '30 days' },
                { value: '90', label: '90 days' },
                { value: '365', label: '1 year' },
              ]}
            />
          )}
        </Field>
      </form>
    </Dialog>
  )
}
