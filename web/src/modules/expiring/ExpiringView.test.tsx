// What hangs on a grant leads to where it is listed, and what is picked stays picked until it is decided on.
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { expect, it } from 'vitest'
import { ahead, noCounts } from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'

it('people lead to the members of the role, and what is reached to what the role gives or the app contains', async () => {
  const crew = { id: 'res_crew', slug: 'crew', name: 'Crew', kind: 'role' }
  const wiki = { id: 'res_wiki', slug: 'wiki', name: 'Wiki', kind: 'app' }
  const ada = { kind: 'user', id: 'usr_ada', login: 'ada', name: 'Ada' }
  const row = (id: string, subject: object, resource: object, relation: string, hangs: object) => ({
    grant: { id, subject, resource, relation, state: 'active', ends_at: ahead(50) },
    limits: { greatest: 'P30D', key: 'any', from: '' },
    ...hangs,
  })
  server.use(
    http.get('*/api/v1/grants/expiring', () =>
      HttpResponse.json({
        items: [
          row('grt_1', { ...crew, kind: 'role' }, wiki, 'member', { people: 1 }),
          row('grt_2', ada, crew, 'member', { reaches: 2 }),
          row('grt_3', ada, wiki, 'owner', { reaches: 3 }),
        ],
        total: 3,
      }),
    ),
  )
  open('/access?view=expiring')
  for (const [name, to] of [
    ['1 person', '/catalogue/crew?tab=holders'],
    ['reaches 2 resources', '/catalogue/crew?tab=gives'],
    ['contains 3', '/catalogue/wiki?tab=map'],
  ])
    expect(await screen.findByRole('link', { name })).toHaveAttribute('href', to)
}, 30_000)

it('what is picked stays picked while another row is renewed by its own button', async () => {
  const row = (i: number) => ({
    grant: {
      id: `grt_${i}`,
      subject: { kind: 'user', id: `usr_${i}`, login: `p${i}`, name: `Person ${i}` },
      resource: { id: 'res_wiki', slug: 'wiki', name: 'Wiki', kind: 'app' },
      relation: 'member',
      state: 'active',
      ends_at: ahead(50),
    },
    limits: { greatest: 'P90D', key: 'any', from: '' },
  })
  const batch = {
    id: 'bat_1',
    action: 'renew',
    state: 'done',
    counts: { ...noCounts, total: 1, renewed: 1 },
    created_at: ahead(0),
  }
  const sent: unknown[] = []
  server.use(
    http.get('*/api/v1/grants/expiring', () =>
      HttpResponse.json({ items: [row(1), row(2), row(3)], total: 3 }),
    ),
    http.post('*/api/v1/batches', async ({ request }) => {
      sent.push(((await request.json()) as { items: unknown }).items)
      return HttpResponse.json(batch)
    }),
    http.get('*/api/v1/batches/bat_1', () => HttpResponse.json(batch)),
    http.get('*/api/v1/batches/bat_1/items', () => HttpResponse.json({ items: [] })),
  )
  const user = userEvent.setup()
  open('/access?view=expiring')
  for (const i of [1, 2, 3])
    await user.click(await screen.findByRole('checkbox', { name: `Select Person ${i}, Wiki` }))
  await user.click(screen.getByRole('button', { name: 'Renew Person 3, Wiki' }))
  await user.click(await screen.findByRole('button', { name: 'Renew' }))
  expect(await screen.findByRole('region', { name: 'Result' })).toBeInTheDocument()
  expect(sent).toEqual([[{ grant_id: 'grt_3' }]])
  expect(screen.getByText('2 selected')).toBeInTheDocument()
  expect(screen.getByRole('checkbox', { name: 'Select Person 1, Wiki' })).toBeChecked()
  expect(screen.getByRole('checkbox', { name: 'Select Person 3, Wiki' })).not.toBeChecked()
}, 30_000)

it('the focus stays where one works: at the next row after a renewal, at the result after it is taken back', async () => {
  const row = (i: number) => ({
    grant: {
      id: `grt_${i}`,
      subject: { kind: 'user', id: `usr_${i}`, login: `p${i}`, name: `Person ${i}` },
      resource: { id: 'res_wiki', slug: 'wiki', name: 'Wiki', kind: 'app' },
      relation: 'member',
      state: 'active',
      ends_at: ahead(50),
    },
    limits: { greatest: 'P90D', key: 'any', from: '' },
  })
  const batch = (id: string, more: object) => ({
    id,
    state: 'done',
    counts: { ...noCounts, total: 1 },
    created_at: ahead(0),
    ...more,
  })
  const renewed = batch('bat_1', {
    action: 'renew',
    counts: { ...noCounts, total: 1, renewed: 1 },
    may_undo: true,
  })
  const undo = batch('bat_2', { action: 'undo', counts: { ...noCounts, total: 1, undone: 1 } })
  const impact = { gained: 0, lost: 0, longer: 0, shorter: 0, people: 0, resources: 0, items: [], events: {} }
  let left = [1, 2, 3]
  server.use(
    http.get('*/api/v1/grants/expiring', () =>
      HttpResponse.json({ items: left.map(row), total: left.length }),
    ),
    http.post('*/api/v1/batches', ({ request }) => {
      if (new URL(request.url).searchParams.has('dry_run')) return HttpResponse.json({ status: 200, impact })
      left = [1, 3]
      return HttpResponse.json(renewed)
    }),
    http.post('*/api/v1/batches/bat_1/undo', ({ request }) =>
      HttpResponse.json(
        new URL(request.url).searchParams.has('dry_run') ? { status: 200, impact, result: undo } : undo,
      ),
    ),
    http.get('*/api/v1/batches/bat_1', () => HttpResponse.json(renewed)),
    http.get('*/api/v1/batches/bat_2', () => HttpResponse.json(undo)),
    http.get('*/api/v1/batches/:id/items', () => HttpResponse.json({ items: [] })),
  )
  const user = userEvent.setup()
  open('/access?view=expiring')
  await user.click(await screen.findByRole('button', { name: 'Renew Person 2, Wiki' }))
  await user.click(await screen.findByRole('button', { name: 'Renew' }))
  await waitFor(() =>
    expect(screen.getByRole('button', { name: 'Renew Person 3, Wiki' }).closest('[data-row]')).toHaveFocus(),
  )
  await user.click(await screen.findByRole('button', { name: 'Undo…' }))
  await user.click(await screen.findByRole('button', { name: 'Take back 1' }))
  await waitFor(() => expect(screen.getByRole('heading', { name: 'Undo' })).toHaveFocus())
}, 30_000)
