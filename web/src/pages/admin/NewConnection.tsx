import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useEffect, useState } from 'react'
import { newKey } from '../../api/client'
import { type ConnectorKind, connectorKindsQuery, createConnection } from '../../api/connection'
import { asError, message } from '../../api/error'
import { Button, buttonClass } from '../../components/Button'
import { Card } from '../../components/Card'
import { Checkbox } from '../../components/Checkbox'
import { cx } from '../../components/cx'
import { ErrorState } from '../../components/ErrorState'
import { Field } from '../../components/Field'
import { Input } from '../../components/Input'
import { LengthInput } from '../../components/LengthInput'
import { Note } from '../../components/Note'
import { SkeletonRows } from '../../components/Skeleton'
import { toast } from '../../components/toast'
import { AdminFrame } from '../../modules/admin/AdminFrame'
import { ConnectorFields } from './ConnectorFields'
import { changedValues, settingFaults, startValues, type Values } from './settings'

export function NewConnection() {
  const query = useQuery(connectorKindsQuery())
  const kinds = query.data?.items ?? []
  const [picked, setPicked] = useState('')
  const kind = kinds.find((k) => k.name === picked) ?? kinds[0]
  return (
    <AdminFrame
      to="/admin/connections"
      title="Add a connection"
      sub="Check it and look at a preview before it is read by itself."
    >
      {query.isPending ? (
        <SkeletonRows rows={4} label="Loading the kinds" />
      ) : !query.data ? (
        <Card>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      ) : (
        <div className="grid max-w-[46rem] gap-4">
          {kinds.length > 1 && (
            <Card title="Kind">
              <div role="radiogroup" aria-label="Kind" className="grid gap-2 sm:grid-cols-2">
                {kinds.map((k) => (
                  <label
                    key={k.name}
                    className={cx(
                      'relative cursor-pointer rounded-lg border p-3 has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-accent-text',
                      kind?.name === k.name
                        ? 'border-accent bg-accent-soft'
                        : 'border-line hover:border-edge',
                    )}
                  >
                    <input
                      type="radio"
                      name="kind"
                      className="absolute inset-0 cursor-pointer opacity-0"
                      checked={kind?.name === k.name}
                      onChange={() => setPicked(k.name)}
                    />
                    <span className="block font-medium">{k.title}</span>
                    <span className="block text-[0.8125rem] text-muted">{k.help}</span>
                  </label>
                ))}
              </div>
            </Card>
          )}
          {kind && <Make key={kind.name} kind={kind} />}
        </div>
      )}
    </AdminFrame>
  )
}

function Make({ kind }: { kind: ConnectorKind }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [values, setValues] = useState<Values>(() => startValues(kind))
  const [directory, setDirectory] = useState(true)
  const [every, setEvery] = useState<string>()
  const [faults, setFaults] = useState<Values>({})
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const [key, setKey] = useState(newKey)
  useEffect(() => {
    if (error) document.querySelector('#new-connection')?.scrollIntoView({ block: 'start' })
  }, [error])
  const save = async (e: FormEvent) => {
    e.preventDefault()
    const found = settingFaults(kind, values)
    if (!name.trim()) found.name = 'Give it a name.'
    setFaults(found)
    setError('')
    if (Object.keys(found).length) return setError('Some settings are missing.')
    setBusy(true)
    try {
      const made = await createConnection(
        {
          name: name.trim(),
          kind: kind.name,
          settings: changedValues(kind, values),
          directory,
          sync_every: every,
        },
        key,
      )
      void client.invalidateQueries({ queryKey: ['connections'] })
      await navigate({ to: `/admin/connections/${made.slug}` as string })
      toast(`${made.name} was added. Check it next.`, { tone: 'good' })
    } catch (err) {
      setKey(newKey())
      setFaults(Object.fromEntries(asError(err).faults.map((f) => [f.location, f.message])))
      setError(message(err))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form id="new-connection" noValidate onSubmit={(e) => void save(e)} className="grid scroll-mt-20 gap-4">
      {error && <Note tone="bad">{error}</Note>}
      <Card title={kind.title}>
        <div className="grid gap-4">
          {kind.help && <p className="text-muted">{kind.help}</p>}
          <Field label="Name" error={faults.name ?? faults.slug}>
            {(control) => <Input {...control} value={name} onChange={(e) => setName(e.target.value)} />}
          </Field>
          <ConnectorFields
            kind={kind}
            values={values}
            stored={[]}
            onChange={setValues}
            fault={(path) => faults[path]}
          />
        </div>
      </Card>
      <Card title="What it is for">
        <div className="grid gap-4">
          <Checkbox checked={directory} onChange={(e) => setDirectory(e.target.checked)}>
            People and groups are read from it
          </Checkbox>
          <Field
            label="Read it every"
            help="Empty: on demand only. With a length the first run begins at once."
            error={faults.sync_every}
          >
            {(control) => <LengthInput control={control} value={every} onChange={setEvery} />}
          </Field>
        </div>
      </Card>
      <div className="flex flex-wrap justify-end gap-2">
        <Link to={'/admin/connections' as string} className={buttonClass()}>
          Cancel
        </Link>
        <Button look="primary" type="submit" busy={busy}>
          Add it
        </Button>
      </div>
    </form>
  )
}
