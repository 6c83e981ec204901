import { useShortcuts } from './shortcuts'

const rows = () => [...document.querySelectorAll<HTMLElement>('main [data-row]')]
const first = (row: HTMLElement | undefined) => row?.querySelector<HTMLElement>('a[href], button')

/** step moves the focus to the next row, or the one before; from nowhere to the first that is in sight. */
export function step(by: 1 | -1) {
  const all = rows()
  const at = all.findIndex((r) => r.contains(document.activeElement))
  const next =
    at < 0 ? (all.find((r) => r.getBoundingClientRect().top >= 0) ?? all[0]) : (all[at + by] ?? all[at])
  first(next)?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}

/** useRowKeys moves through the rows of a list by J and K, and opens one by O. Rows are marked with data-row. */
export function useRowKeys(place = 'This list') {
  useShortcuts(place, [
    { keys: 'j', label: 'Next row', run: () => step(1) },
    { keys: 'k', label: 'Row before', run: () => step(-1) },
    {
      keys: 'o',
      label: 'Open the row',
      run: () => first(rows().find((r) => r.contains(document.activeElement)))?.click(),
    },
  ])
}
