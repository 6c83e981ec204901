// Before a batch is taken back, the dialog says which rows cannot be and why.
import { QueryClientProvider } from '@tanstack/react-query'
import { render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { expect, it } from 'vitest'
import { makeQueryClient } from '../../api/query'
import type { Batch } from '../../api/types'
import { noCounts } from '../../test/data'
import { server } from '../../test/server'
import { UndoDialog } from './UndoDialog'

const impact = {
  gained: 0,
  lost: 0,
  longer: 0,
  shorter: 0,
  people: 0,
  resources: 0,
  items: [],
  events: {},
}
const row = (position: number, name: string, detail: string) => ({
  position,
  grant_id: `grt_${position}`,
  state: 'refused',
  rule: 'batch.undo',
  detail,
  hint: 'What happened later stands.',
  ...(name && {
    grant: {
      subject: { kind: 'user', id: name, name },
      resource: { kind: 'app', slug: 'wiki', name: 'Wiki' },
    },
  }),
})

function show(undone: number, refusals: ReturnType<typeof row>[], refusals_cut?: number) {
  const refused = refusals.length + (refusals_cut ?? 0)
  server.use(
    http.get('*/api/v1/resources', () => HttpResponse.json({ items: [] })),
    http.post('*/api/v1/batches/bat_1/undo', ({ request }) =>
      new URL(request.url).searchParams.get('dry_run') === 'true'
        ? HttpResponse.json({
            status: 200,
            impact,
            result: {
              action: 'undo',
              counts: { ...noCounts, total: undone + refused, undone, refused },
              refusals,
              refusals_cut,
            },
          })
        : HttpResponse.error(),
    ),
  )
  const batch = { id: 'bat_1', action: 'renew', counts: { ...noCounts, renewed: undone + refused } } as Batch
  render(
    <QueryClientProvider client={makeQueryClient(() => undefined)}>
      <UndoDialog batch={batch} onClose={() => undefined} onUndone={() => undefined} />
    </QueryClientProvider>,
  )
}

it('names each row that cannot be taken back, with its reason', async () => {
  show(1, [
    row(1, 'Grace Hopper', 'it was changed again since it was renewed'),
    row(2, '', 'its former end has passed meanwhile'),
  ])
  const list = await screen.findByRole('list', { name: 'What cannot be taken back' })
  const [first, second, more] = within(list).getAllByRole('listitem')
  expect(first).toHaveTextContent(
    'Grace Hopper · WikiIt was changed again since it was renewed. What happened later stands.',
  )
  expect(second).toHaveTextContent('A grant you may not seeIts former end has passed meanwhile.')
  expect(more).toBeUndefined()
  expect(screen.getByText('Cannot be: 2')).toBeVisible()
  expect(screen.getByRole('button', { name: 'Take back 1' })).toBeEnabled()
})

it('folds a long list, and says how many are not in it', async () => {
  show(
    0,
    Array.from({ length: 6 }, (_, i) => row(i, `Person ${i}`, `reason ${i}`)),
    1200,
  )
  const list = await screen.findByRole('list', { name: 'What cannot be taken back', hidden: true })
  expect(list.closest('details')).not.toHaveAttribute('open')
  await userEvent.click(screen.getByText('Which, and why'))
  expect(list.closest('details')).toHaveAttribute('open')
  expect(within(list).getByText('Reason 5. What happened later stands.')).toBeInTheDocument()
  expect(within(list).getByText('… and 1,200 more.')).toBeInTheDocument()
  expect(screen.getByText('Cannot be: 1,206')).toBeVisible()
  expect(screen.getByRole('button', { name: 'Take it back' })).toBeDisabled()
})
