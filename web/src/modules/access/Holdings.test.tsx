// What somebody has is read to its end, however long it is.
import { screen } from '@testing-library/react'
import { HttpResponse, http } from 'msw'
import { expect, it } from 'vitest'
import { open } from '../../test/render'
import { server } from '../../test/server'

it('lists and finds what comes after two thousand', async () => {
  server.use(
    http.get('*/api/v1/users/:id', () =>
      HttpResponse.json({ id: 'usr_9', login: 'robot', name: 'Robot', state: 'active' }),
    ),
    http.get('*/api/v1/users/:id/access', ({ request }) => {
      const from = Number(new URL(request.url).searchParams.get('cursor') ?? 0)
      const items = Array.from({ length: 200 }, (_, i) => ({
        resource: { id: `res_${from + i}`, kind: 'app', slug: `app-${from + i}`, name: `App ${from + i}` },
        relation: 'member',
        paths: [],
        state: 'active',
      }))
      return HttpResponse.json({ items, ...(from < 2200 ? { next_cursor: String(from + 200) } : {}) })
    }),
  )
  open('/people/robot?q=App+2399')
  expect(await screen.findByRole('link', { name: /App 2399/ }, { timeout: 20_000 })).toBeInTheDocument()
  expect(screen.queryByText(/are shown/)).not.toBeInTheDocument()
}, 30_000)
