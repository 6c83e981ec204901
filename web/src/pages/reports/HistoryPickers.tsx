import { useQuery } from '@tanstack/react-query'
import { resourceQuery } from '../../api/resource'
import { userQuery } from '../../api/user'
import { Field } from '../../components/Field'
import type { Filters } from '../../modules/filters'
import { PersonPicker, ResourcePicker } from '../../modules/pickers'

export interface HistoryPickersProps {
  filters: Filters
  onChange: (patch: Filters) => void
}

function Who({
  label,
  value,
  onChange,
}: {
  label: string
  value?: string
  onChange: (login?: string) => void
}) {
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

function What({
  label,
  kind,
  value,
  onChange,
}: {
  label: string
  kind?: 'app' | 'role'
  value?: string
  onChange: (slug?: string) => void
}) {
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

/** HistoryPickers choose whose history it is, of what, and by whose doing. */
export function HistoryPickers({ filters, onChange }: HistoryPickersProps) {
  return (
    <>
      <Who label="Person" value={filters.person} onChange={(person) => onChange({ person })} />
      <What label="Resource" value={filters.resource} onChange={(resource) => onChange({ resource })} />
      <What label="App" kind="app" value={filters.app} onChange={(app) => onChange({ app })} />
      <What label="Role" kind="role" value={filters.role} onChange={(role) => onChange({ role })} />
      <Who label="Done by" value={filters.actor} onChange={(actor) => onChange({ actor })} />
    </>
  )
}
