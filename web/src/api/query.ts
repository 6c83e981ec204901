// One cache for the page. A refused session leads to the sign-in page, from wherever it is noticed.
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError } from './error'

export function makeQueryClient(onSignedOut: () => void): QueryClient {
  const notice = (error: unknown) => {
    if (error instanceof ApiError && error.status === 401) onSignedOut()
  }
  return new QueryClient({
    queryCache: new QueryCache({ onError: notice }),
    mutationCache: new MutationCache({ onError: notice }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        gcTime: 10 * 60_000,
        networkMode: 'always',
        retry: (count, error) =>
          count < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 502),
        retryDelay: (count) => 500 * 2 ** count,
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  })
}
