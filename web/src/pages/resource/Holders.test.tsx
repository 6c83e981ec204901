// Who has a thing that a whole company has: the server searches, pages and counts.
import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { expect, it, vi } from 'vitest'
import * as csv from '../../components/csv'
import { resource, vpn } from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'

const holder = (i: number) => ({
  user: { id: `usr_${i}`, login: `p${i}`, name: `Person ${i}` },
  resource: vpn,
  relation: 'member',
  state: 'active',
  paths: [{ via: 'direct', grant_id: `grt_${i}`, origin: 'given', reason: '' }],
})

/** serve answers as the server does for so many people, and keeps what was asked. */
function serve(total: number, page = 200) {
  const asked: URLSearchParams[] = []
  server.use(
    http.get('*/api/v1/resources/:id/holders', ({ request }) => {
      const q = new URL(request.url).searchParams
      asked.push(q)
      const found = Array.from({ length: total }, (_, i) => holder(i)).filter((h) =>
        h.user.name.includes(q.get('q') ?? ''),
      )
      const from = Number(q.get('cursor') ?? 0)
      const to = from + Math.min(page, Number(q.get('limit')))
      return HttpResponse.json({
        items: found.slice(from, to),
        ...(to < found.length ? { next_cursor: String(to) } : {}),
        ...(q.get('total') === 'true' ? { total: found.length } : {}),
      })
    }),
  )
  return asked
}

it('finds whoever has it, and exports all who match', async () => {
  const asked = serve(43, 10)
  const file = vi.spyOn(csv, 'download').mockImplementation(() => undefined)
  const user = userEvent.setup()
  open('/catalogue/vpn?tab=holders')
  expect(await screen.findByText('43 people, 10 listed.')).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Show more' }))
  expect(await screen.findByText('43 people, 20 listed.')).toBeInTheDocument()
  expect(asked.map((q) => q.get('total'))).toEqual(['true', null])
  await user.type(screen.getByRole('searchbox', { name: 'Filter by name or login' }), 'Person 4')
  expect(await screen.findByText('4 people.')).toBeInTheDocument()
  expect(within(screen.getByRole('table')).getByText('Person 42')).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Export' }))
  expect(await screen.findByText('4 rows exported.')).toBeInTheDocument()
  await user.clear(screen.getByRole('searchbox', { name: 'Filter by name or login' }))
  expect(await screen.findByText('43 people, 20 listed.')).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Export' }))
  expect(await screen.findByText('43 rows exported.')).toBeInTheDocument()
  expect(file.mock.calls.map(([, text]) => text.trim().split('\n').length - 1)).toEqual([4, 43])
}, 30_000)

it('says how many of them a drawing has', async () => {
  serve(1403)
  open('/catalogue/vpn?tab=holders&view=drawing')
  expect(await screen.findByText(/^1,403 people, 1,000 drawn\./, {}, { timeout: 20_000 })).toBeInTheDocument()
  expect(screen.getByRole('link', { name: 'All are in the table' })).toBeInTheDocument()
}, 30_000)

it('a role says how many people it reaches', async () => {
  serve(1403)
  const crew = resource({ id: 'res_crew', slug: 'crew', name: 'Crew', kind: 'role' })
  server.use(
    http.get('*/api/v1/resources/crew', () => HttpResponse.json(crew)),
    http.get('*/api/v1/grants', () => HttpResponse.json({ items: [] })),
    http.get('*/api/v1/progress', () => HttpResponse.json({ items: [] })),
  )
  open('/catalogue/crew?tab=gives')
  expect(await screen.findByRole('link', { name: 'Reaches 1,403 people' })).toBeInTheDocument()
}, 30_000)
