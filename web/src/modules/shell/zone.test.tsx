// The person's zone is in force on every page, whatever the browser's is.
import { screen, waitFor } from '@testing-library/react'
import { HttpResponse, http } from 'msw'
import { afterEach, expect, it } from 'vitest'
import { setZone } from '../../components/zone'
import { me } from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'

afterEach(() => setZone(undefined))

it.each([
  ['Pacific/Auckland', '2026-03-31T10:59:59.999Z'],
  ['America/Los_Angeles', '2026-04-01T06:59:59.999Z'],
])('as of a day asks for its end in %s', async (time_zone, end) => {
  const asked: (string | null)[] = []
  server.use(
    http.get('*/api/v1/me', () => HttpResponse.json({ ...me, user: { ...me.user, time_zone } })),
    http.get('*/api/v1/users/:id/access', ({ request }) => {
      asked.push(new URL(request.url).searchParams.get('at'))
      return HttpResponse.json({ items: [] })
    }),
  )
  open(`/people/${me.user.login}?at=2026-03-31`)
  expect(await screen.findByText(/^What .* had on /)).toBeInTheDocument()
  await waitFor(() => expect(asked).toContain(end))
  expect(screen.getByLabelText('As of')).toHaveValue('2026-03-31')
})
