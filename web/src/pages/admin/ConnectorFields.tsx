import type { ConnectorField, ConnectorKind } from '../../api/connection'
import { Checkbox } from '../../components/Checkbox'
import { Disclosure } from '../../components/Disclosure'
import { Field, FieldSet } from '../../components/Field'
import { Input } from '../../components/Input'
import { Select } from '../../components/Select'
import { Textarea } from '../../components/Textarea'
import { advanced, type Values } from './settings'

/** ConnectorFields draws the settings that a kind of connector names. */
export function ConnectorFields({
  kind,
  values,
  stored,
  onChange,
  fault,
}: {
  kind: ConnectorKind
  values: Values
  /** Names of secrets that have a value. */
  stored: readonly string[]
  onChange: (values: Values) => void
  fault: (path: string) => string | undefined
}) {
  const fields = kind.fields ?? []
  const draw = (f: ConnectorField) => (
    <Setting
      key={f.name}
      field={f}
      value={values[f.name] ?? ''}
      stored={stored.includes(f.name)}
      error={fault(`settings.${f.name}`)}
      onChange={(value) => onChange({ ...values, [f.name]: value })}
    />
  )
  const more = fields.filter(advanced)
  const wrong = more.some((f) => fault(`settings.${f.name}`))
  return (
    <div className="grid gap-4">
      {fields.filter((f) => !advanced(f)).map(draw)}
      {more.length > 0 && (
        <Disclosure title={`${more.length} more settings`} open={wrong}>
          <div className="grid gap-4">{more.map(draw)}</div>
        </Disclosure>
      )}
    </div>
  )
}

function Setting({
  field: f,
  value,
  stored,
  error,
  onChange,
}: {
  field: ConnectorField
  value: string
  stored: boolean
  error?: string
  onChange: (value: string) => void
}) {
  const common = { label: f.title, help: f.help, error, required: !!f.required }
  if (f.type === 'checkbox')
    return (
      <FieldSet label={<span className="sr-only">{f.title}</span>} error={error}>
        <Checkbox checked={value === 'true'} onChange={(e) => onChange(e.target.checked ? 'true' : 'false')}>
          {f.title}
        </Checkbox>
        {f.help && <p className="text-[0.8125rem] text-muted">{f.help}</p>}
      </FieldSet>
    )
  return (
    <Field {...common}>
      {(control) =>
        f.type === 'choice' ? (
          <Select
            {...control}
            value={value}
            onChange={(e) => onChange(e.target.value)}
            choices={[
              ...(f.required && f.default
                ? []
                : [{ value: '', label: f.default ? `${f.default} (usual)` : 'None' }]),
              ...(f.options ?? []).map((o) => ({ value: o, label: o })),
            ]}
          />
        ) : f.type === 'long_text' && !f.secret ? (
          <Textarea
            {...control}
            spellCheck={false}
            className="font-mono text-[0.875rem]"
            placeholder={f.default}
            value={value}
            onChange={(e) => onChange(e.target.value)}
          />
        ) : (
          <Input
            {...control}
            type={f.secret ? 'password' : f.type === 'number' ? 'number' : 'text'}
            autoComplete={f.secret ? 'new-password' : 'off'}
            spellCheck={false}
            placeholder={f.secret && stored ? 'Stored. Leave it empty to keep it.' : f.default}
            value={value}
            onChange={(e) => onChange(e.target.value)}
          />
        )
      }
    </Field>
  )
}
