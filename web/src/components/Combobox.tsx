import { Combobox as Base } from '@base-ui/react/combobox'
import { Check, ChevronDown, X } from 'lucide-react'
import { type ReactNode, useDeferredValue, useState } from 'react'
import type { ControlProps } from './Field'

export interface ComboboxItem {
  value: string
  label: string
  /** A second line, e.g. a title or a kind. */
  detail?: string
  icon?: ReactNode
}

export interface ComboboxProps {
  control: ControlProps
  value: ComboboxItem | null
  onChange: (item: ComboboxItem | null) => void
  useItems: (query: string) => { items: ComboboxItem[]; loading: boolean }
  placeholder?: string
  /** Said when nothing was found. */
  empty?: string
}

/**
 * Combobox searches a list that lives on the server: `useItems` is a hook that gets the typed letters and returns
 * what was found. It is called on every render, so it must be the same hook each time.
 */
export function Combobox({
  control,
  value,
  onChange,
  useItems,
  placeholder,
  empty = 'Nothing found.',
}: ComboboxProps) {
  const [query, setQuery] = useState('')
  const [open, setOpen] = useState(false)
  const typed = useDeferredValue(value && query === value.label ? '' : query)
  const { items, loading } = useItems(open ? typed : '')
  const shown = value && !items.some((i) => i.value === value.value) && !typed ? [value, ...items] : items
  return (
    <Base.Root
      items={shown}
      filter={null}
      value={value}
      onValueChange={(item) => onChange(item as ComboboxItem | null)}
      onInputValueChange={(text) => setQuery(text)}
      open={open}
      onOpenChange={setOpen}
      itemToStringLabel={(item: ComboboxItem) => item.label}
      isItemEqualToValue={(a: ComboboxItem, b: ComboboxItem) => a.value === b.value}
      autoHighlight
    >
      <div className="relative">
        <Base.Input placeholder={placeholder} className="field pr-16" {...control} />
        <div className="absolute inset-y-0 right-1 flex items-center">
          {value && (
            <Base.Clear
              aria-label="Clear"
              className="grid size-7 place-items-center rounded text-muted hover:bg-hover"
            >
              <X aria-hidden className="size-4" />
            </Base.Clear>
          )}
          <Base.Trigger
            aria-label="Show the list"
            className="grid size-7 place-items-center rounded text-muted hover:bg-hover"
          >
            <ChevronDown aria-hidden className="size-4" />
          </Base.Trigger>
        </div>
      </div>
      <Base.Portal>
        <Base.Positioner sideOffset={4} className="z-50 outline-none">
          <Base.Popup className="pop w-[var(--anchor-width)] max-w-[var(--available-width)] overflow-hidden rounded-lg border border-line bg-raised shadow-pop">
            <Base.Status className="px-3 py-2 text-[0.8125rem] text-muted empty:hidden">
              {loading && shown.length === 0 ? 'Searching…' : null}
            </Base.Status>
            <Base.Empty className="text-[0.8125rem] text-muted">
              {!loading && shown.length === 0 ? <div className="px-3 py-3">{empty}</div> : null}
            </Base.Empty>
            <Base.List className="max-h-[min(20rem,var(--available-height))] overflow-y-auto overscroll-contain p-1 empty:p-0">
              {(item: ComboboxItem) => (
                <Base.Item
                  key={item.value}
                  value={item}
                  className="touch flex cursor-default items-center gap-2.5 rounded-md px-2 py-1.5 outline-none data-highlighted:bg-accent-soft"
                >
                  {item.icon}
                  <span className="min-w-0 flex-1">
                    <span className="block truncate">{item.label}</span>
                    {item.detail && (
                      <span className="block truncate text-[0.8125rem] text-muted">{item.detail}</span>
                    )}
                  </span>
                  <Base.ItemIndicator>
                    <Check aria-hidden className="size-4 text-accent-text" />
                  </Base.ItemIndicator>
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
