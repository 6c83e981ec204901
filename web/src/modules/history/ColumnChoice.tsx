import { Checkbox } from '../../components/Checkbox'
import { Disclosure } from '../../components/Disclosure'
import type { Column } from '../../components/Table'

/** Choosable is a column of a list whose reader chooses the columns. */
export interface Choosable<T> extends Column<T> {
  /** Shown unless somebody chooses otherwise. */
  shown: boolean
}

/** chosenOf reads the columns of an address: names with commas between; none is those that are shown by themselves. */
export function chosenOf<C extends { key: string; shown: boolean }>(
  all: readonly C[],
  text: string | undefined,
): readonly C[] {
  const names = new Set((text ?? '').split(',').filter(Boolean))
  const some = all.filter((c) => names.has(c.key))
  return some.length > 0 ? some : all.filter((c) => c.shown)
}

/** ColumnChoice is the columns of a list to tick, in their order; the last one stays. */
export function ColumnChoice<C extends { key: string; header: string }>({
  all,
  columns,
  onChange,
}: {
  all: readonly C[]
  columns: readonly C[]
  /** Their keys with commas between, as the address has them. */
  onChange: (keys: string) => void
}) {
  const toggle = (key: string) => {
    const keys = new Set(columns.map((c) => c.key))
    if (!keys.delete(key)) keys.add(key)
    const names = all.filter((c) => keys.has(c.key)).map((c) => c.key)
    if (names.length > 0) onChange(names.join(','))
  }
  return (
    <div className="min-w-0 max-w-full">
      <Disclosure title="Columns" detail={columns.map((c) => c.header).join(', ')}>
        <div className="flex flex-wrap gap-x-5">
          {all.map((c) => (
            <Checkbox key={c.key} checked={columns.includes(c)} onChange={() => toggle(c.key)}>
              {c.header}
            </Checkbox>
          ))}
        </div>
      </Disclosure>
    </div>
  )
}
