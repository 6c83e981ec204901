// A save that is refused leads to what is wrong, wherever on the long page that is.
import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { expect, it } from 'vitest'
import { resource, vpn } from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'

const show = (stage: object) => {
  const may = { edit: true, fields: ['name', 'audience', 'flow', 'form', 'durations'] }
  server.use(
    http.get('*/api/v1/resources/vpn', () =>
      HttpResponse.json({ ...resource(vpn), flow: { stages: [stage] }, may }),
    ),
  )
  open('/catalogue/vpn?tab=settings')
}

it('a refused save puts the focus into the first field that is wrong', async () => {
  const user = userEvent.setup()
  show({ approvers: ['manager'] })
  await user.click(await screen.findByRole('button', { name: 'Add a stage' }))
  for (const b of screen.getAllByRole('button', {
    name: /^Remove .*manager/i,
  }))
    await user.click(b)
  await user.click(screen.getByRole('button', { name: 'Save changes' }))
  const [first] = screen.getAllByRole('combobox', { name: 'Who may decide' })
  await waitFor(() => expect(first).toHaveFocus())
}, 30_000)

it('also into one that is folded away', async () => {
  const user = userEvent.setup()
  show({ approvers: ['manager'], escalate_after: 'P1D' })
  await user.type(await screen.findByRole('textbox', { name: 'Name of stage 1' }), 'First')
  await user.click(screen.getByRole('button', { name: 'Save changes' }))
  const who = screen.getByLabelText('Who then')
  await waitFor(() => expect(who).toHaveFocus())
  expect(who.closest('details')).toHaveAttribute('open')
}, 30_000)

it('says of a tag that is not in force that it is not', async () => {
  server.use(
    http.get('*/api/v1/tags', () =>
      HttpResponse.json({
        items: ['On', 'Off'].map((name) => ({ id: name, name, enabled: name === 'On', constraints: {} })),
      }),
    ),
    http.get('*/api/v1/resources/vpn', () =>
      HttpResponse.json({
        ...resource(vpn),
        tags: ['On', 'Off'],
        may: { edit: true, tag: true, fields: [] },
      }),
    ),
  )
  open('/catalogue/vpn?tab=settings')
  const list = await screen.findByRole('list', { name: 'Tags on it' })
  await waitFor(() => expect(within(list).getByText('Off')).toBeInTheDocument())
  expect(within(list).getAllByText('Not in force')).toHaveLength(1)
}, 30_000)
