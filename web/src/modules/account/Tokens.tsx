import { useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { createToken, revokeToken, type Token, tokensQuery } from '../../api/account'
import { message } from '../../api/error'
import { Badge } from '../../components/Badge'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { Checkbox } from '../../components/Checkbox'
import { Confirm } from '../../components/Confirm'
import { CopyText } from '../../components/CopyText'
import { Dialog } from '../../components/Dialog'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { Field, FieldSet } from '../../components/Field'
import { Input } from '../../components/Input'
import { Note } from '../../components/Note'
import { RelativeTime } from '../../components/RelativeTime'
import { Select } from '../../components/Select'
import { SkeletonRows } from '../../components/Skeleton'
import { type Column, Table } from '../../components/Table'
import { Person } from '../names'

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

export const expired = (t: Token, now = Date.now()) => new Date(t.expires_at).getTime() <= now

/** Tokens lists API tokens and makes new ones; `all` shows everybody's, for admins. */
export function Tokens({ all }: { all?: boolean }) {
  const client = useQueryClient()
  const query = useQuery(tokensQuery(all ? 'all' : 'me'))
  const [making, setMaking] = useState(false)
  const [revoking, setRevoking] = useState<Token | null>(null)
  const items = query.data?.items ?? []
  const columns: Column<Token>[] = [
    { key: 'name', header: 'Name', cell: (t) => <span className="font-medium">{t.name}</span> },
    ...(all ? [{ key: 'user', header: 'Acts as', cell: (t: Token) => <Person user={t.user} /> }] : []),
    {
      key: 'scopes',
      header: 'May',
      cell: (t) => (
        <span className="flex flex-wrap gap-1">
          {(t.scopes ?? []).map((s) => (
            <Badge key={s} tone={s === 'admin' ? 'warn' : 'neutral'}>
              {s}
            </Badge>
          ))}
        </span>
      ),
    },
    {
      key: 'used',
      header: 'Last used',
      cell: (t) =>
        t.last_used_at ? <RelativeTime at={t.last_used_at} /> : <span className="text-muted">Never</span>,
    },
    {
      key: 'expires',
      header: 'Expires',
      cell: (t) =>
        t.revoked_at ? (
          <span className="text-muted">
            Revoked <RelativeTime at={t.revoked_at} />
          </span>
        ) : expired(t) ? (
          <Badge tone="neutral">Expired</Badge>
        ) : (
          <RelativeTime at={t.expires_at} />
        ),
    },
  ]
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-[40rem] text-muted">
          A token lets a script act as {all ? 'its person' : 'you'}, within what it is allowed. It is shown
          once, when it is made.
        </p>
        <Button look="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => setMaking(true)}>
          New token
        </Button>
      </div>
      {query.isPending ? (
        <SkeletonRows rows={3} label="Loading the tokens" />
      ) : !query.data ? (
        <Card>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      ) : items.length === 0 ? (
        <Card>
          <EmptyState kind="first" icon={KeyRound} title="No tokens">
            Make one for the command line (SALLYPORT_TOKEN), a script or another system.
          </EmptyState>
        </Card>
      ) : (
        <Table
          caption="Tokens"
          columns={columns}
          rows={items}
          id={(t) => t.id}
          action={(t) =>
            !t.revoked_at &&
            !expired(t) && (
              <Button size="sm" look="danger-quiet" onClick={() => setRevoking(t)}>
                Revoke<span className="sr-only"> {t.name}</span>
              </Button>
            )
          }
        />
      )}
      {making && <NewToken onClose={() => setMaking(false)} />}
      <Confirm
        open={revoking !== null}
        danger
        onClose={() => setRevoking(null)}
        title={`Revoke ${revoking?.name ?? ''}?`}
        action="Revoke"
        dismiss="Keep it"
        onConfirm={async () => {
          await revokeToken(revoking?.id ?? '')
          await client.invalidateQueries({ queryKey: ['tokens'] })
        }}
      >
        What uses it stops working at once. It cannot be made valid again.
      </Confirm>
    </div>
  )
}

function NewToken({ onClose }: { onClose: () => void }) {
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
