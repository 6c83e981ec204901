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

it('shows each of a hundred rows with its limit, and sends the length of one', async () => {
  const rows = Array.from({ length: 100 }, (_, i) => ({
    grant: {
      id: `grt_${i}`,
      subject: { kind: 'user', id: `usr_${i}`, name: `Person ${i}` },
      resource: { id: 'res_wiki', kind: 'app', slug: 'wiki', name: 'Wiki' },
      relation: 'member',
    },
    limits: { greatest: i === 99 ? 'P10D' : 'P90D', key: 'member_time_limit', from: 'the tag Short' },
  })) as unknown as Expiring[]
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
  expect(last).toHaveTextContent('At most 10 days: the tag Short')
  await user.click(within(last).getByRole('button', { name: 'Another length for Person 99' }))
  await user.type(screen.getByRole('textbox', { name: /^Why/ }), 'For the season')
  await user.click(screen.getByRole('button', { name: 'Renew 100' }))
  await expect.poll(() => sent.length).toBe(1)
  expect(sent[0]?.items.filter((it) => it.duration)).toEqual([{ grant_id: 'grt_99', duration: 'P10D' }])
}, 30_000)
