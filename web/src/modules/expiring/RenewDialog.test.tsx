// Renewing many: each row says its limit and takes a length of its own, however many there are.
import { QueryClientProvider } from '@tanstack/react-query'
import { render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { expect, it } from 'vitest'
import { makeQueryClient } from '../../api/query'
import type { Expiring } from '../../api/types'
import { server } from '../../test/server'
import { RenewDialog } from './RenewDialog'

/** many is so many grants; the last allows ten days, and the first is for others to decide. */
const many = (n: number) =>
  Array.from({ length: n }, (_, i) => ({
    grant: {
      id: `grt_${i}`,
      subject: { kind: 'user', id: `usr_${i}`, name: `Person ${i}` },
      resource: { id: 'res_wiki', kind: 'app', slug: 'wiki', name: 'Wiki' },
      relation: 'member',
      may_extend: i !== 0,
    },
    limits: { greatest: i === n - 1 ? 'P10D' : 'P90D', key: 'member_time_limit', from: 'the tag Short' },
  })) as unknown as Expiring[]

it('shows each of a hundred rows with its limit, and sends the length of one', async () => {
  const rows = many(100)
  const sent: { items: { grant_id: string; duration?: string }[] }[] = []
  server.use(
    http.post('*/api/v1/batches', async ({ request }) => {
      const body = (await request.json()) as (typeof sent)[number]
      if (!new URL(request.url).searchParams.has('dry_run')) sent.push(body)
      return HttpResponse.json({ id: 'bat_1', status: 200, impact: { items: [], events: {} } })
    }),
  )
  const user = userEvent.setup()
  render(
    <QueryClientProvider client={makeQueryClient(() => undefined)}>
      <RenewDialog
        renewal={{ rows, count: rows.length }}
        onClose={() => undefined}
        onStarted={() => undefined}
      />
    </QueryClientProvider>,
  )
  const list = await screen.findByRole('list', { name: 'Each row' })
  expect(within(list).getAllByRole('listitem')).toHaveLength(100)
  const last = within(list).getAllByRole('listitem')[99] as HTMLElement
  expect(last).toHaveTextContent('Refused, at most 10 days: the tag Short')
  await user.click(within(last).getByRole('button', { name: 'Another length for Person 99' }))
  await user.type(screen.getByRole('textbox', { name: /^Why/ }), 'For the season')
  await user.click(screen.getByRole('button', { name: 'Renew 100' }))
  await expect.poll(() => sent.length).toBe(1)
  expect(sent[0]?.items.filter((it) => it.duration)).toEqual([{ grant_id: 'grt_99', duration: 'P10D' }])
}, 30_000)

it('reads all that match before they are renewed, and shows what each gets', async () => {
  const all = many(450)
  const sent: { items?: { grant_id: string; duration?: string }[]; filter?: unknown }[] = []
  const pages: string[] = []
  server.use(
    http.get('*/api/v1/grants/expiring', ({ request }) => {
      const q = new URL(request.url).searchParams
      pages.push(`${q.get('scope')} ${q.get('sort')}`)
      const from = Number(q.get('cursor') ?? 0)
      const next = from + 200
      return HttpResponse.json({
        items: all.slice(from, next),
        ...(next < all.length ? { next_cursor: String(next) } : {}),
        ...(from === 0 ? { total: all.length } : {}),
      })
    }),
    http.post('*/api/v1/batches', async ({ request }) => {
      sent.push((await request.json()) as (typeof sent)[number])
      return HttpResponse.json({ id: 'bat_1' })
    }),
  )
  const user = userEvent.setup()
  render(
    <QueryClientProvider client={makeQueryClient(() => undefined)}>
      <RenewDialog
        renewal={{ rows: [], filter: { scope: 'owned' }, sort: 'subject', count: 450 }}
        onClose={() => undefined}
        onStarted={() => undefined}
      />
    </QueryClientProvider>,
  )
  const list = await screen.findByRole('list', { name: 'Each row' }, { timeout: 15_000 })
  expect(pages).toEqual(['owned subject', 'owned subject', 'owned subject'])
  expect(within(list).getAllByRole('listitem', { hidden: true }).length).toBeLessThan(200)
  for (const name of ['All 450', 'Refused 1', 'Asked for 1', 'Renewed 448'])
    expect(screen.getByRole('radio', { name })).toBeInTheDocument()
  await user.click(screen.getByRole('radio', { name: 'Refused 1' }))
  const refused = within(screen.getByRole('list', { name: 'Each row' })).getByRole('listitem')
  expect(refused).toHaveTextContent('Person 449 · WikiRefused, at most 10 days: the tag Short')
  await user.click(within(refused).getByRole('button', { name: 'Another length for Person 449' }))
  await user.type(screen.getByRole('textbox', { name: /^Why/ }), 'For the season')
  await user.click(screen.getByRole('button', { name: 'Renew 450' }))
  await expect.poll(() => sent.length).toBe(1)
  expect(sent[0]?.filter).toBeUndefined()
  expect(sent[0]?.items).toHaveLength(450)
  expect(sent[0]?.items?.filter((it) => it.duration)).toEqual([{ grant_id: 'grt_449', duration: 'P10D' }])
}, 30_000)
