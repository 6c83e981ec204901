import { useQuery } from '@tanstack/react-query'
import { resourceQuery } from '../../api/resource'
import { userQuery } from '../../api/user'
import { Field } from '../../components/Field'
import type { Filters } from '../filters'
import { PersonPicker, ResourcePicker } from '../pickers'

/** Choice is one filter that names somebody or something: its key in the address, its label, and of which kind. */
export interface Choice {
  key: string
  label: string
  of: 'person' | 'resource' | 'app' | 'role'
}

export interface PickersProps {
  choices: readonly Choice[]
  filters: Filters
  onChange: (patch: Filters) => void
}

/** Pickers choose who and what a list of what happened is about; what the address names is shown by its name. */
export function Pickers({ choices, filters, onChange }: PickersProps) {
  return choices.map(({ key, label, of }) => {
    const Picker = of === 'person' ? Who : What
    return (
      <Picker
        key={key}
        label={label}
        value={filters[key]}
        onChange={(value) => onChange({ [key]: value })}
        {...(of === 'app' || of === 'role' ? { kind: of } : {})}
      />
    )
  })
}

interface One {
  label: string
  value?: string
  onChange: (value?: string) => void
  kind?: 'app' | 'role'
}

function Who({ label, value, onChange }: One) {
  const found = useQuery({ ...userQuery(value ?? ''), enabled: !!value, retry: false }).data
  return (
    <Field label={label}>
      {(control) => (
        <PersonPicker
          control={control}
          value={value ? { value, label: found?.name ?? value } : null}
          onChange={(item) => onChange(item?.value)}
        />
      )}
    </Field>
  )
}

function What({ label, kind, value, onChange }: One) {
  const found = useQuery({ ...resourceQuery(value ?? ''), enabled: !!value, retry: false }).data
  return (
    <Field label={label}>
      {(control) => (
        <ResourcePicker
          control={control}
          {...(kind ? { kind } : {})}
          value={value ? { value, label: found?.name ?? value } : null}
          onChange={(item) => onChange(item?.value)}
        />
      )}
    </Field>
  )
}
