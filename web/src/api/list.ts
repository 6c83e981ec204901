// Lists with cursors, as the server pages them.
import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { call, type Options } from './client'
import type { Page } from './types'

/** listQuery reads a list page after page. Earlier data stays on the screen while a filter changes. */
export function listQuery<T>(
  key: readonly unknown[],
  path: string,
  query: Options['query'] = {},
  pathParams?: Record<string, string>,
) {
  return infiniteQueryOptions({
    queryKey: [...key, query] as const,
    queryFn: ({ pageParam, signal }) =>
      call<Page<T>>('get', path, {
        path: pathParams,
        // All are counted once, with the first page.
        query: { ...query, ...(pageParam ? { cursor: pageParam, total: undefined } : {}) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last: Page<T>) => last.next_cursor || undefined,
    placeholderData: keepPreviousData,
  })
}

/** wholeList reads a list to its end, for what is searched, counted or sent as a whole. */
export async function wholeList<T>(path: string, options: Options = {}): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const page = await call<Page<T>>('get', path, {
      ...options,
      query: { ...options.query, limit: 200, cursor },
    })
    items.push(...(page.items ?? []))
    cursor = page.next_cursor || undefined
  } while (cursor)
  return items
}

/** rows joins the pages of a list. */
export function rows<T>(data: { pages: Page<T>[] } | undefined): T[] {
  return data?.pages.flatMap((p) => p.items ?? []) ?? []
}
