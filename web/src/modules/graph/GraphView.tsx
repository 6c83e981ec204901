import { Link } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { later } from '../../components/later'
import { many, number } from '../../components/number'
import { Segments } from '../../components/Segments'
import { Skeleton } from '../../components/Skeleton'
import { type Filters, useFilters } from '../filters'
import type { DrawingProps } from './Drawing'
import type { Dot, Graph } from './graph'

const Drawing = later<DrawingProps>(
  async () => (await import('./Drawing')).default,
  undefined,
  <Skeleton className="h-80 rounded-lg" />,
)

/** useDrawn says whether the address asks, by that name, for the drawing in place of the table. */
export function useDrawn(name: 'view' | 'as' = 'view'): [boolean, React.ReactNode] {
  const [filters, set] = useFilters()
  const drawn = filters[name] === 'drawing'
  return [
    drawn,
    <Segments
      key="view"
      label="Shown as"
      value={drawn ? 'drawing' : 'table'}
      onChange={(v) => set({ [name]: v === 'drawing' ? v : undefined })}
      choices={[
        { value: 'table', label: 'Table' },
        { value: 'drawing', label: 'Drawing' },
      ]}
    />,
  ]
}

/**
 * useRead reads page after page of a list that is drawn, until so many rows are there or a page fails; it says whether that
 * is done.
 */
export function useRead(
  query: {
    hasNextPage: boolean
    isFetching: boolean
    isFetchNextPageError: boolean
    fetchNextPage: () => unknown
  },
  count: number,
  most: number,
  drawn: boolean,
): boolean {
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query
  const left = drawn && hasNextPage && !isFetchNextPageError ? most - count : 0
  useEffect(() => {
    // Anew with each page: one that comes at once is never seen as being fetched.
    if (left > 0 && !isFetching) fetchNextPage()
  }, [left, isFetching, fetchNextPage])
  return left <= 0
}

/** Shown says how long a list is, how much of it is on the screen, and where the rest of a drawing is. */
export function Shown({
  total,
  count,
  one,
  several,
  drawn,
}: {
  total: number
  count: number
  one: string
  several?: string
  drawn: boolean
}) {
  return (
    <p className="text-muted" role="status">
      {many(total, one, several)}
      {count < total && `, ${number(count)} ${drawn ? 'drawn' : 'listed'}`}.
      {count < total && drawn && (
        <Link
          to="."
          search={(old: Filters) => ({ ...old, view: undefined })}
          className="touch ml-2 rounded font-medium text-accent-text underline underline-offset-2"
        >
          All are in the table
        </Link>
      )}
    </p>
  )
}

/** GraphView draws what the table beside it says; bundles of many alike open when they are pressed. */
export function GraphView({ label, make }: { label: string; make: (opened: ReadonlySet<string>) => Graph }) {
  const [opened, setOpened] = useState<readonly Dot[]>([])
  const [focus, setFocus] = useState<readonly string[]>()
  const graph = useMemo(() => make(new Set(opened.map((b) => b.id))), [make, opened])
  const open = useCallback((b: Dot) => {
    setOpened((old) => [...old, b])
    setFocus(b.of?.map((d) => d.id))
  }, [])
  return (
    <div className="grid gap-2">
      <Drawing graph={graph} label={label} onOpen={open} focus={focus} />
      <p className="text-[0.875rem] text-muted">
        Point at something to see what hangs together with it. The table says the same.
        {graph.lines.some((l) => l.label) &&
          ' A line that says owner is ownership; all others are membership.'}
        {opened.length > 0 && (
          <button
            type="button"
            className="touch ml-2 rounded font-medium text-accent-text underline underline-offset-2"
            onClick={() => {
              setOpened([])
              setFocus(opened.map((b) => b.id))
            }}
          >
            Bundle them again
          </button>
        )}
      </p>
    </div>
  )
}
