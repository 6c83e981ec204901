import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { connectionsQuery } from '../../api/connection'
import type { Fulfilment } from '../../api/types'
import { Field, FieldSet } from '../../components/Field'
import { Input } from '../../components/Input'
import { LengthInput } from '../../components/LengthInput'
import { Segments } from '../../components/Segments'
import { Select } from '../../components/Select'
import { Textarea } from '../../components/Textarea'
import { PersonPicker, ResourcePicker } from '../pickers'

/** FulfilmentEditor says how access becomes real in the target, or is removed from it. */
export function FulfilmentEditor({
  path,
  label,
  value,
  onChange,
  fault,
  workOrder,
}: {
  path: 'fulfilment' | 'revocation'
  label: string
  value: Fulfilment
  onChange: (value: Fulfilment) => void
  fault: (path: string) => string | undefined
  workOrder?: boolean
}) {
  const put = (patch: Partial<Fulfilment>) => onChange({ ...value, ...patch })
  const connections = useQuery({ ...connectionsQuery(), enabled: value.kind === 'connector' })
  const [who, setWho] = useState<'user' | 'group'>(value.assignee?.startsWith('user:') ? 'user' : 'group')
  const assignee = value.assignee?.replace(/^(user|group):/, '') ?? ''
  return (
    <div className="grid gap-4">
      <FieldSet label={label} error={fault(`${path}.kind`)}>
        <Segments
          label={label}
          value={value.kind}
          onChange={(kind) => onChange({ ...value, kind })}
          choices={[
            ...(workOrder ? [] : [{ value: 'none' as const, label: 'Nothing to do' }]),
            { value: 'manual' as const, label: 'By hand' },
            ...(workOrder ? [] : [{ value: 'connector' as const, label: 'By a connection' }]),
          ]}
        />
      </FieldSet>
      {value.kind === 'none' && (
        <p className="text-muted">Sallyport itself is the record; nothing is done in another system.</p>
      )}
      {value.kind === 'manual' && (
        <>
          <Field label="Who gets the task" error={fault(`${path}.assignee`)}>
            {(control) => (
              <div className="grid gap-2 sm:grid-cols-[10rem_minmax(0,1fr)]">
                <Select
                  aria-label="A group or a person"
                  value={who}
                  onChange={(e) => {
                    setWho(e.target.value as 'user' | 'group')
                    put({ assignee: undefined })
                  }}
                  choices={[
                    { value: 'group', label: 'A group' },
                    { value: 'user', label: 'A person' },
                  ]}
                />
                {who === 'group' ? (
                  <ResourcePicker
                    control={control}
                    kind="group"
                    value={assignee ? { value: assignee, label: assignee } : null}
                    onChange={(item) => put({ assignee: item ? `group:${item.value}` : undefined })}
                  />
                ) : (
                  <PersonPicker
                    control={control}
                    value={assignee ? { value: assignee, label: assignee } : null}
                    onChange={(item) => put({ assignee: item ? `user:${item.value}` : undefined })}
                  />
                )}
              </div>
            )}
          </Field>
          <Field label="Due within" help="Without a length: 2 days." error={fault(`${path}.due`)}>
            {(control) => (
              <LengthInput
                control={control}
                placeholder="2"
                value={value.due}
                onChange={(due) => put({ due })}
              />
            )}
          </Field>
          <Field
            label="Instructions"
            required={false}
            help="Whoever takes the task reads them."
            error={fault(`${path}.instructions`)}
          >
            {(control) => (
              <Textarea
                {...control}
                value={value.instructions ?? ''}
                onChange={(e) => put({ instructions: e.target.value })}
              />
            )}
          </Field>
        </>
      )}
      {value.kind === 'connector' && (
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Connection" error={fault(`${path}.connection`)}>
            {(control) => (
              <Select
                {...control}
                value={value.connection ?? ''}
                onChange={(e) => put({ connection: e.target.value })}
                choices={[
                  { value: '', label: connections.isPending ? 'Loading…' : 'Choose…' },
                  ...(value.connection &&
                  !connections.data?.items?.some(
                    (c) => c.slug === value.connection || c.id === value.connection,
                  )
                    ? [{ value: value.connection, label: value.connection }]
                    : []),
                  ...(connections.data?.items ?? []).map((c) => ({ value: c.slug, label: c.name })),
                ]}
              />
            )}
          </Field>
          <Field
            label="Its name there"
            help="E.g. the DN of a directory group."
            error={fault(`${path}.target`)}
          >
            {(control) => (
              <Input
                {...control}
                className="font-mono"
                spellCheck={false}
                value={value.target ?? ''}
                onChange={(e) => put({ target: e.target.value })}
              />
            )}
          </Field>
        </div>
      )}
    </div>
  )
}
