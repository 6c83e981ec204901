// How the rows of the evidence are shown: tables of text, as their files are.
import type { EvidenceRows } from '../../api/types'

/** cells joins the pages; each row gets its number as a last cell, to tell rows that are alike apart. */
export function cells(pages: readonly EvidenceRows[]): string[][] {
  return pages.flatMap((p) => p.items ?? []).map((row, i) => [...(row ?? []), String(i)])
}

/** shown are the columns to draw: ids and what no row has are left out. */
export function shown(names: readonly string[], rows: readonly string[][]): number[] {
  return names.flatMap((name, i) =>
    name !== 'id' && name !== 'body' && rows.some((row) => row[i]) ? [i] : [],
  )
}

/** words makes a column's name readable: "left_at" is "Left at". */
export const words = (name: string): string => {
  const text = name.replaceAll('_', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const people = new Set([
  'login',
  'manager',
  'accountable',
  'requester',
  'by',
  'on_behalf_of',
  'decided_by',
  'given_by',
  'ended_by',
  'actor',
])

/** link leads from a cell to what it names. */
export function link(column: string, text: string): string | undefined {
  if (!text) return undefined
  const part = encodeURIComponent
  if (people.has(column)) return `/people/${part(text)}`
  switch (column) {
    case 'person':
    case 'beneficiary':
      return text.startsWith('role:') ? `/catalogue/${part(text.slice(5))}` : `/people/${part(text)}`
    case 'resource':
    case 'app':
    case 'role':
      return `/catalogue/${part(text)}`
    case 'request':
      return `/requests/${part(text)}`
  }
  return undefined
}
