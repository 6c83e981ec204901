import type { ReactNode } from 'react'

/** Facts are names and values side by side; on a phone one below the other. Rows without a value are left out. */
export function Facts({ rows }: { rows: readonly (readonly [string, ReactNode] | false | undefined)[] }) {
  return (
    <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-[minmax(6.5rem,auto)_minmax(0,1fr)]">
      {rows.map(
        (row) =>
          row &&
          row[1] !== undefined &&
          row[1] !== null &&
          row[1] !== '' && (
            <div key={row[0]} className="contents">
              <dt className="text-muted">{row[0]}</dt>
              <dd className="min-w-0 max-sm:mb-1 [overflow-wrap:anywhere]">{row[1]}</dd>
            </div>
          ),
      )}
    </dl>
  )
}
