// The history of access, and the evidence of a period.
import { queryOptions } from '@tanstack/react-query'
import { address, call } from './client'
import { ApiError, fromResponse } from './error'
import { listQuery } from './list'
import type { Evidence, EvidenceRows, Interval, Page } from './types'

export interface IntervalFilter {
  person?: string
  resource?: string
  role?: string
  app?: string
  actor?: string
  department?: string
  relation?: string
  via?: string
  state?: string
  /** Held at that moment. */
  at?: string
  since?: string
  until?: string
  q?: string
  sort?: string
}
/** intervalsPage is how many rows a full page of a history has. */
export const intervalsPage = 100
/** searchesAll is a search in everybody's history, which can be long. */
export const searchesAll = ({ person, resource, role, app, actor, q, department }: IntervalFilter) =>
  !(person || resource || role || app || actor) && !!(q || department)
/**
 * intervalsQuery reads a history. What is searched for in everybody's comes in many small pages: it stands still while somebody
 * reads, where any other is read again when something changes.
 */
export const intervalsQuery = (filter: IntervalFilter) => {
  const still = searchesAll(filter)
  return {
    ...listQuery<Interval>([still ? 'history-search' : 'intervals'], '/api/v1/history', {
      limit: intervalsPage,
      ...filter,
    }),
    ...(still && { staleTime: Number.POSITIVE_INFINITY }),
  }
}
/** intervalsTotalQuery counts them, apart: rows do not wait for it. */
export const intervalsTotalQuery = ({ sort: _, ...filter }: IntervalFilter) =>
  queryOptions({
    queryKey: ['intervals', 'total', filter] as const,
    queryFn: async ({ signal }) =>
      (
        await call<Page<Interval>>('get', '/api/v1/history', {
          query: { ...filter, limit: 1, total: true },
          signal,
        })
      ).total,
    staleTime: 60_000,
    retry: false,
  })
/** intervalsFile is the address of the whole history that matches, as one file. */
export const intervalsFile = (format: 'csv' | 'json', filter: IntervalFilter, columns: readonly string[]) =>
  address('/api/v1/history/export', { format, ...filter, columns: columns.join(',') })

export interface Period {
  from: string
  to: string
}
export const evidenceQuery = (period: Period) =>
  queryOptions({
    queryKey: ['evidence', period] as const,
    queryFn: ({ signal }) => call<Evidence>('get', '/api/v1/evidence', { query: { ...period }, signal }),
    staleTime: 60_000,
  })
export const evidenceRowsQuery = (period: Period, figure: string) =>
  listQuery<EvidenceRows['items'][number]>(['evidence', 'rows'], '/api/v1/evidence/rows', {
    limit: 100,
    ...period,
    figure,
  })

/** fetchPack reads the pack of a period, and says how many bytes have come as they come. */
export async function fetchPack(period: Period, signal: AbortSignal, onBytes: (n: number) => void) {
  let response: Response
  try {
    response = await globalThis.fetch(address('/api/v1/evidence/pack', { ...period }), { signal })
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error
    throw new ApiError({ status: 0, title: 'No answer from the server' })
  }
  if (!response.ok) throw await fromResponse(response)
  const name = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1]
  const reader = response.body?.getReader()
  const parts: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  for (;;) {
    const part = await reader?.read()
    if (!part || part.done) break
    parts.push(part.value as Uint8Array<ArrayBuffer>)
    bytes += part.value.length
    onBytes(bytes)
  }
  return { name: name ?? 'evidence.zip', blob: new Blob(parts, { type: 'application/zip' }) }
}
