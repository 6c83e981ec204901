import { ArrowDown, ArrowUp } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { Checkbox } from './Checkbox'
import { cx } from './cx'
import { useRowKeys } from './rowKeys'
import { useWindowed } from './windowed'

export interface Column<T> {
  key: string
  header: string
  cell: (row: T) => ReactNode
  /** The name of the sort field, when the list can be sorted by this column. */
  sort?: string
  /** The first column is the card's heading on a phone; `quiet` ones are left out there. */
  quiet?: boolean
  className?: string
}
export interface Selection {
  ids: ReadonlySet<string>
  onChange: (ids: ReadonlySet<string>) => void
  /** Says what a row is, for the checkbox's name. */
  label: (id: string) => string
}

/**
 * Table of rows; below 768 px each row becomes a card with the column's name beside each value. Where it is wide enough the
 * headers stay in sight; a `wide` one scrolls sideways instead. Of many rows those in sight are drawn.
 */
export function Table<T>({
  caption,
  columns,
  rows,
  id,
  sort,
  onSort,
  selection,
  action,
  wide,
}: {
  caption: string
  columns: readonly Column<T>[]
  rows: readonly T[]
  id: (row: T) => string
  /** The current order, e.g. "ends" or "-ends". */
  sort?: string
  onSort?: (sort: string) => void
  selection?: Selection
  /** Buttons at the end of a row, full width on a phone. */
  action?: (row: T) => ReactNode
  /** It has more columns than may fit. */
  wide?: boolean
}) {
  useRowKeys(caption)
  const body = useRef<HTMLTableSectionElement>(null)
  const { from, to, before, after } = useWindowed(body, rows.length)
  const all = rows.length > 0 && rows.every((r) => selection?.ids.has(id(r)))
  const some = !all && rows.some((r) => selection?.ids.has(id(r)))
  const toggle = (row: string) => {
    const next = new Set(selection?.ids)
    if (!next.delete(row)) next.add(row)
    selection?.onChange(next)
  }
  return (
    <div
      className={cx(
        'relative rounded-lg border-line md:overflow-x-auto md:border md:bg-surface md:shadow-card',
        !wide && 'xl:overflow-visible',
      )}
    >
      <table aria-rowcount={rows.length + 1} className="w-full border-collapse text-left max-md:block">
        <caption className="sr-only">{caption}</caption>
        <thead
          className={cx(
            'border-line border-b bg-sunken text-[0.8125rem] text-muted max-md:sr-only',
            !wide &&
              'xl:sticky xl:top-14 xl:z-10 xl:shadow-[0_1px_0_var(--color-line)] xl:[&_th:first-child]:rounded-tl-lg xl:[&_th:last-child]:rounded-tr-lg',
          )}
        >
          <tr aria-rowindex={1}>
            {selection && (
              <th scope="col" className="w-10 py-1.5 pl-3">
                <Checkbox
                  aria-label="Select all"
                  checked={all}
                  mixed={some}
                  onChange={() => selection.onChange(new Set(all ? [] : rows.map(id)))}
                />
              </th>
            )}
            {columns.map((c) => {
              const active = sort === c.sort || sort === `-${c.sort}`
              const down = sort === `-${c.sort}`
              return (
                <th
                  key={c.key}
                  scope="col"
                  aria-sort={c.sort && active ? (down ? 'descending' : 'ascending') : undefined}
                  className={cx('h-9 px-4 font-medium whitespace-nowrap', c.className)}
                >
                  {c.sort && onSort ? (
                    <button
                      type="button"
                      className="-mx-1 inline-flex min-h-7 items-center gap-1 rounded px-1 hover:text-ink"
                      onClick={() => onSort(active && !down ? `-${c.sort}` : (c.sort ?? ''))}
                    >
                      {c.header}
                      {active &&
                        (down ? (
                          <ArrowDown aria-hidden className="size-3.5" />
                        ) : (
                          <ArrowUp aria-hidden className="size-3.5" />
                        ))}
                    </button>
                  ) : (
                    c.header
                  )}
                </th>
              )
            })}
            {action && (
              <th scope="col" className="px-4">
                <span className="sr-only">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody ref={body} className="max-md:grid max-md:grid-cols-[minmax(0,1fr)] max-md:gap-3">
          {before > 0 && <tr aria-hidden style={{ height: before }} className="max-md:block" />}
          {rows.slice(from, to).map((row, n) => {
            const key = id(row)
            return (
              <tr
                key={key}
                data-row
                aria-rowindex={from + n + 2}
                className={cx(
                  'border-line hover:bg-hover/50 max-md:relative max-md:block max-md:rounded-lg max-md:border max-md:bg-surface max-md:p-4 max-md:shadow-card md:[&:not(:last-child)]:border-b',
                  selection?.ids.has(key) && 'bg-accent-soft/60 max-md:bg-accent-soft',
                )}
              >
                {selection && (
                  <td className="w-10 py-2 pl-3 max-md:absolute max-md:top-2.5 max-md:right-2.5 max-md:p-0">
                    <Checkbox
                      aria-label={`Select ${selection.label(key)}`}
                      checked={selection.ids.has(key)}
                      onChange={() => toggle(key)}
                    />
                  </td>
                )}
                {columns.map((c, i) => (
                  <td
                    key={c.key}
                    className={cx(
                      'px-4 py-2.5 align-middle max-md:flex max-md:items-baseline max-md:gap-3 max-md:px-0 max-md:py-1',
                      i === 0 && 'max-md:mb-1 max-md:font-medium',
                      i === 0 && selection && 'max-md:pr-10',
                      c.quiet && 'max-md:hidden',
                      c.className,
                    )}
                  >
                    {i > 0 && (
                      <span aria-hidden className="w-24 shrink-0 text-[0.8125rem] text-muted md:hidden">
                        {c.header}
                      </span>
                    )}
                    {/* However long a name or a reason is, it takes no other column's room. */}
                    <div
                      className={cx(
                        'min-w-0 [overflow-wrap:anywhere] max-md:flex-1 md:max-w-96',
                        i === 0 ? 'md:min-w-44' : 'md:min-w-18',
                      )}
                    >
                      {c.cell(row)}
                    </div>
                  </td>
                ))}
                {action && (
                  <td className="px-4 py-2 text-right max-md:block max-md:px-0 max-md:pt-3 max-md:pb-0">
                    <div className="flex justify-end gap-2 max-md:justify-stretch max-md:[&>*]:flex-1">
                      {action(row)}
                    </div>
                  </td>
                )}
              </tr>
            )
          })}
          {after > 0 && <tr aria-hidden style={{ height: after }} className="max-md:block" />}
        </tbody>
      </table>
    </div>
  )
}
