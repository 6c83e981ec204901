import { useCallback, useMemo, useState } from 'react'
import { later } from '../../components/later'
import { Segments } from '../../components/Segments'
import { Skeleton } from '../../components/Skeleton'
import { useFilters } from '../filters'
import type { Graph } from './graph'

const Drawing = later<{ graph: Graph; label: string; onOpen: (id: string) => void }>(
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

/** GraphView draws what the table beside it says; bundles of many alike open when they are pressed. */
export function GraphView({ label, make }: { label: string; make: (opened: ReadonlySet<string>) => Graph }) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const graph = useMemo(() => make(opened), [make, opened])
  const open = useCallback((id: string) => setOpened((old) => new Set(old).add(id)), [])
  return (
    <div className="grid gap-2">
      <Drawing graph={graph} label={label} onOpen={open} />
      <p className="text-[0.875rem] text-muted">
        Point at something to see what hangs together with it. The table says the same.
        {opened.size > 0 && (
          <button
            type="button"
            className="touch ml-2 rounded font-medium text-accent-text underline underline-offset-2"
            onClick={() => setOpened(new Set())}
          >
            Bundle them again
          </button>
        )}
      </p>
    </div>
  )
}
