import { useQuery } from '@tanstack/react-query'
import { resourceQuery } from '../../api/resource'
import { userQuery } from '../../api/user'
import { Field } from '../../components/Field'
import { PersonPicker, ResourcePicker } from '../../modules/pickers'

export interface PickersProps {
  actor?: string
  resource?: string
  onChange: (patch: { actor?: string; resource?: string }) => void
}

/** Pickers choose who acted and what it was about. */
export function Pickers({ actor, resource, onChange }: PickersProps) {
  const who = useQuery({ ...userQuery(actor ?? ''), enabled: !!actor, retry: false }).data
  const what = useQuery({ ...resourceQuery(resource ?? ''), enabled: !!resource, retry: false }).data
  return (
    <>
      <Field label="Who">
        {(control) => (
          <PersonPicker
            control={control}
            value={actor ? { value: actor, label: who?.name ?? actor } : null}
            onChange={(item) => onChange({ actor: item?.value })}
          />
        )}
      </Field>
      <Field label="About">
        {(control) => (
          <ResourcePicker
            control={control}
            value={resource ? { value: resource, label: what?.name ?? resource } : null}
            onChange={(item) => onChange({ resource: item?.value })}
          />
        )}
      </Field>
    </>
  )
}
