import type { Field as FormField } from '../../api/types'
import { Checkbox } from '../../components/Checkbox'
import { Field } from '../../components/Field'
import { Input } from '../../components/Input'
import { Select } from '../../components/Select'
import { isChoice } from './builder'

/** Condition shows a question only after certain answers to an earlier one. */
export function Condition({
  field,
  earlier,
  error,
  onChange,
}: {
  field: FormField
  earlier: readonly FormField[]
  error?: string
  onChange: (value: FormField['visible_if']) => void
}) {
  if (earlier.length === 0) return null
  const condition = field.visible_if
  const source = earlier.find((f) => f.name === condition?.field)
  const values = condition?.in ?? []
  const known =
    source?.type === 'checkbox' ? ['true', 'false'] : source && isChoice(source) ? source.choices : null
  return (
    <Field label="Ask only when" error={error}>
      {(control) => (
        <div className="grid gap-2">
          <Select
            {...control}
            value={condition?.field ?? ''}
            onChange={(e) => onChange(e.target.value ? { field: e.target.value, in: [] } : undefined)}
            choices={[
              { value: '', label: 'Always' },
              ...earlier.map((f) => ({ value: f.name, label: `“${f.title || f.name}” is answered with…` })),
            ]}
          />
          {source && known && (
            <div className="grid gap-1 pl-1">
              {known
                .filter((c) => c.trim())
                .map((c) => (
                  <Checkbox
                    key={c}
                    checked={values.includes(c)}
                    onChange={(e) =>
                      onChange({
                        field: source.name,
                        in: e.target.checked ? [...values, c] : values.filter((v) => v !== c),
                      })
                    }
                  >
                    {source.type === 'checkbox' ? (c === 'true' ? 'Ticked' : 'Not ticked') : c}
                  </Checkbox>
                ))}
            </div>
          )}
          {source && !known && (
            <Input
              aria-label="Answers, separated by commas"
              placeholder="Answers, separated by commas"
              value={values.join(', ')}
              onChange={(e) =>
                onChange({ field: source.name, in: e.target.value.split(/,\s*/).filter(Boolean) })
              }
            />
          )}
        </div>
      )}
    </Field>
  )
}
