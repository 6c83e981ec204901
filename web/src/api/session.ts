// Who is signed in, and how one signs in and out.
import { queryOptions } from '@tanstack/react-query'
import { call } from './client'
import type { AuthMethods, Me } from './types'

export const meQuery = () =>
  queryOptions({
    queryKey: ['me'] as const,
    queryFn: ({ signal }) => call<Me>('get', '/api/v1/me', { signal }),
    staleTime: 30_000,
  })

export const methodsQuery = () =>
  queryOptions({
    queryKey: ['auth-methods'] as const,
    queryFn: ({ signal }) => call<AuthMethods>('get', '/auth/methods', { signal }),
  })

export const signInDemo = (login: string) => call<void>('post', '/auth/demo', { body: { login } })

export const signOut = () => call<void>('post', '/auth/logout')
