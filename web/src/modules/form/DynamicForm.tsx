import { Lock } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { Answer, Answers, Form, Field as FormField } from '../../api/types'
import { Checkbox } from '../../components/Checkbox'
import type { ComboboxItem } from '../../components/Combobox'
import { Field, FieldSet } from '../../components/Field'
import { Input } from '../../components/Input'
import { Select } from '../../components/Select'
import { Textarea } from '../../components/Textarea'
import { PersonPicker } from '../pickers'
import { shown } from './answers'

/** DynamicForm draws a resource's form. `faults` holds a message per field name. */
export function DynamicForm({
  form,
  answers,
  onChange,
  faults = {},
}: {
  form: Form | undefined
  answers: Answers
  onChange: (answers: Answers) => void
  faults?: Record<string, string>
}) {
  const fields = shown(form, answers)
  if (fields.length === 0) return null
  return (
    <div className="grid gap-4">
      {fields.map((field) => (
        <Question
          key={field.name}
          field={field}
          value={answers[field.name]}
          error={faults[field.name]}
          onChange={(value) => onChange({ ...answers, [field.name]: value })}
        />
      ))}
    </div>
  )
}

function Question({
  field,
  value,
  error,
  onChange,
}: {
  field: FormField
  value: Answer | undefined
  error?: string
  onChange: (value: Answer | undefined) => void
}) {
  const [person, setPerson] = useState<ComboboxItem | null>(null)
  const title = field.title || field.name
  const help: ReactNode = field.sensitive ? (
    <>
      {field.help} <Lock aria-hidden className="-mt-0.5 inline size-3.5" /> Only approvers, who fulfils it and
      auditors read this.
    </>
  ) : (
    field.help
  )
  const common = { label: title, help, error, required: field.required ?? false }
  const text = typeof value === 'string' ? value : ''
  const choices = field.choices ?? []

  switch (field.type) {
    case 'checkbox':
      return (
        <FieldSet {...common} label={<span className="sr-only">{title}</span>} required={undefined}>
          <Checkbox
            checked={value === true}
            aria-invalid={error ? true : undefined}
            onChange={(e) => onChange(e.target.checked)}
          >
            {title}
          </Checkbox>
        </FieldSet>
      )
    case 'multi_choice': {
      const picked = Array.isArray(value) ? value : []
      return (
        <FieldSet {...common}>
          {choices.map((c) => (
            <Checkbox
              key={c}
              checked={picked.includes(c)}
              aria-invalid={error ? true : undefined}
              onChange={(e) => onChange(e.target.checked ? [...picked, c] : picked.filter((p) => p !== c))}
            >
              {c}
            </Checkbox>
          ))}
        </FieldSet>
      )
    }
    case 'choice':
      return (
        <Field {...common}>
          {(control) => (
            <Select
              {...control}
              value={text}
              onChange={(e) => onChange(e.target.value || undefined)}
              choices={[{ value: '', label: 'Choose…' }, ...choices.map((c) => ({ value: c, label: c }))]}
            />
          )}
        </Field>
      )
    case 'long_text':
      return (
        <Field {...common}>
          {(control) => <Textarea {...control} value={text} onChange={(e) => onChange(e.target.value)} />}
        </Field>
      )
    case 'user':
      return (
        <Field {...common}>
          {(control) => (
            <PersonPicker
              control={control}
              value={person}
              onChange={(item) => {
                setPerson(item)
                onChange(item?.value)
              }}
            />
          )}
        </Field>
      )
    case 'number':
      return (
        <Field {...common}>
          {(control) => (
            <Input
              {...control}
              type="number"
              inputMode="decimal"
              step="any"
              min={field.min}
              max={field.max}
              value={typeof value === 'number' ? value : ''}
              onChange={(e) => onChange(e.target.value === '' ? undefined : Number(e.target.value))}
            />
          )}
        </Field>
      )
    default:
      return (
        <Field {...common}>
          {(control) => (
            <Input
              {...control}
              type={field.type === 'date' ? 'date' : field.type === 'email' ? 'email' : 'text'}
              value={text}
              autoComplete={field.sensitive ? 'off' : undefined}
              onChange={(e) => onChange(e.target.value)}
            />
          )}
        </Field>
      )
  }
}
