import { QueryClientProvider } from '@tanstack/react-query'
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router'
import { render } from '@testing-library/react'
import { makeQueryClient } from '../api/query'
import { makeRouter } from '../router'

/** open shows the whole page at an address. */
export function open(address: string) {
  const client = makeQueryClient(() => void router.navigate({ to: '/sign-in' }))
  const router = makeRouter(client, createMemoryHistory({ initialEntries: [address] }))
  const view = render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  )
  return { ...view, router, client }
}
