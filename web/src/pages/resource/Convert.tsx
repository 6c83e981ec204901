import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../../api/client'
import type { Kind, Resource } from '../../api/types'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import type { ComboboxItem } from '../../components/Combobox'
import { Field } from '../../components/Field'
import { Confirm } from '../../components/LaterConfirm'
import { Segments } from '../../components/Segments'
import { toast } from '../../components/toast'
import { Impact } from '../../modules/impact/Impact'
import { kindWords } from '../../modules/names'
import { ResourcePicker } from '../../modules/pickers'
import { useRights } from '../../modules/rights'

const path = '/api/v1/resources/{id}/convert'
const kinds: Kind[] = ['group', 'entitlement', 'role']

/** Convert makes a group an entitlement or a role, and back; everything that hangs on it stays. */
export function Convert({ resource: r }: { resource: Resource }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const rights = useRights()
  const [open, setOpen] = useState(false)
  const others = kinds.filter((k) => k !== r.kind)
  const [kind, setKind] = useState<Kind>(others[0] ?? 'group')
  const [app, setApp] = useState<ComboboxItem | null>(null)
  const ready = kind !== 'entitlement' || app !== null
  const body = { kind, app: kind === 'entitlement' ? app?.value : undefined, accept: rights.admin }
  return (
    <Card title="Make it something else">
      <p className="mb-3 text-muted">
        A group can become a part of an app, or a role, and back. Who has it, its requests and its history
        stay.
      </p>
      <Button onClick={() => setOpen(true)}>Convert {r.name}</Button>
      <Confirm
        open={open}
        onClose={() => setOpen(false)}
        title={`What should ${r.name} become?`}
        action={`Make it ${kind === 'entitlement' ? 'a part of the app' : `a ${kindWords[kind].toLowerCase()}`}`}
        onConfirm={async () => {
          if (!ready) throw new Error('Choose the app first.')
          const now = await call<Resource>('post', path, { path: { id: r.id }, body, version: r.version })
          void client.invalidateQueries()
          toast(`${now.name} is ${kindWords[now.kind].toLowerCase()} now.`, { tone: 'good' })
          void navigate({ to: `/catalogue/${now.slug}` as string, replace: true })
        }}
      >
        <div className="grid gap-4 text-ink">
          <Segments
            label="Kind"
            value={kind}
            onChange={setKind}
            choices={others.map((value) => ({
              value,
              label: value === 'entitlement' ? 'Part of an app' : kindWords[value],
            }))}
          />
          {kind === 'entitlement' && (
            <Field label="App">
              {(control) => <ResourcePicker kind="app" control={control} value={app} onChange={setApp} />}
            </Field>
          )}
          <Impact
            trial={open && ready ? { method: 'post', path, params: { id: r.id }, body } : null}
            idle="Choose the app."
          />
        </div>
      </Confirm>
    </Card>
  )
}
