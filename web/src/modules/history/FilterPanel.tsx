// The filters above a long list of what happened: words, then fields that a phone folds away.
import { SlidersHorizontal, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Button } from '../../components/Button'
import { cx } from '../../components/cx'
import { Field } from '../../components/Field'
import { Input, SearchInput } from '../../components/Input'
import type { Filters } from '../filters'

/** FilterPanel is a search and fields, in three or five columns where there is room. `extra` is beside the way to clear them. */
export function FilterPanel({
  search,
  text,
  onText,
  filtered,
  onClear,
  columns,
  extra,
  children,
}: {
  search: string
  text: string
  onText: (text: string) => void
  filtered: boolean
  onClear: () => void
  columns: 3 | 5
  extra?: ReactNode
  children: ReactNode
}) {
  const [more, setMore] = useState(false)
  const whole = cx('sm:col-span-2', columns === 3 ? 'xl:col-span-3' : 'lg:col-span-5')
  return (
    <search
      className={cx(
        'mb-4 grid gap-3 rounded-lg border border-line bg-surface p-4 shadow-card sm:grid-cols-2',
        columns === 3 ? 'xl:grid-cols-3' : 'lg:grid-cols-5',
      )}
    >
      <SearchInput label={search} className={whole} value={text} onChange={(e) => onText(e.target.value)} />
      <Button
        className="sm:hidden"
        icon={<SlidersHorizontal aria-hidden className="size-4" />}
        aria-expanded={more}
        onClick={() => setMore(!more)}
      >
        {more ? 'Fewer filters' : 'Filters'}
      </Button>
      <div className={cx('contents', !more && 'max-sm:hidden')}>{children}</div>
      {(extra || filtered) && (
        <div className={cx('flex flex-wrap items-start justify-between gap-3', whole)}>
          {extra}
          {filtered && (
            <Button size="sm" icon={<X aria-hidden className="size-3.5" />} onClick={onClear}>
              Clear filters
            </Button>
          )}
        </div>
      )}
    </search>
  )
}

/** DayRange is the fields of a first and a last day, each within the other. */
export function DayRange({ filters: f, onChange }: { filters: Filters; onChange: (patch: Filters) => void }) {
  return (
    <>
      <Field label="From">
        {(control) => (
          <Input
            {...control}
            type="date"
            value={f.from ?? ''}
            max={f.to}
            onChange={(e) => onChange({ from: e.target.value })}
          />
        )}
      </Field>
      <Field label="To">
        {(control) => (
          <Input
            {...control}
            type="date"
            value={f.to ?? ''}
            min={f.from}
            onChange={(e) => onChange({ to: e.target.value })}
          />
        )}
      </Field>
    </>
  )
}
