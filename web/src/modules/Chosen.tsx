import { X } from 'lucide-react'
import { useState } from 'react'
import type { ComboboxItem } from '../components/Combobox'
import { Field } from '../components/Field'
import { PersonPicker, ResourcePicker } from './pickers'

/** Chosen is a list that people search and add to, each of it with a cross that takes it off again. */
export function Chosen({
  what,
  label,
  help,
  error,
  items,
  onChange,
}: {
  what: 'people' | 'resources' | 'roles'
  label: string
  help?: string
  error?: string
  items: readonly ComboboxItem[]
  onChange: (items: ComboboxItem[]) => void
}) {
  const [n, setN] = useState(0) // a new field after each choice, since the old one keeps its text
  const add = (item: ComboboxItem | null) => {
    if (!item) return
    if (!items.some((i) => i.value === item.value)) onChange([...items, item])
    setN(n + 1)
  }
  return (
    <div className="grid gap-2">
      <Field label={label} help={help} error={error}>
        {(control) => {
          const props = { control, value: null, onChange: add }
          if (what === 'people') return <PersonPicker {...props} key={n} />
          return <ResourcePicker {...props} key={n} kind={what === 'roles' ? 'role' : undefined} />
        }}
      </Field>
      {items.length > 0 && (
        <ul aria-label={`${label}: chosen`} className="flex flex-wrap gap-1.5">
          {items.map((i) => (
            <li
              key={i.value}
              className="inline-flex max-w-full items-center gap-1 rounded-md border border-line bg-sunken pl-2 text-[0.875rem]"
            >
              <span className="min-w-0 truncate">{i.label}</span>
              <button
                type="button"
                aria-label={`Take ${i.label} off`}
                className="touch grid size-7 shrink-0 place-items-center rounded-md text-muted hover:text-ink"
                onClick={() => onChange(items.filter((o) => o.value !== i.value))}
              >
                <X aria-hidden className="size-3.5" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
