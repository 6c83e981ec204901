import type { ReactNode } from 'react'

/** Facts are names and values side by side; on a phone one below the other. Rows without a value are left out. */
export function Facts({ rows }: { rows: readonly (readonly [string, ReactNode] | false | undefined)[] }) {
  return (
    <dl className="grid grid-cols-[fit-content(42%)_minmax(0,1fr)] gap-x-5 gap-y-2">
      {rows.map(
        (row) =>
          row &&
          row[1] !== undefined &&
          row[1] !== null &&
          row[1] !== '' && (
            <div key={row[0]} className="contents">
              <dt className="min-w-22 text-muted">{row[0]}</dt>
              <dd className="min-w-0 [overflow-wrap:anywhere]">{row[1]}</dd>
            </div>
          ),
      )}
    </dl>
  )
}
