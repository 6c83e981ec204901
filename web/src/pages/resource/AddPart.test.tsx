import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { describe, expect, it } from 'vitest'
import { resources } from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'

const app = { ...resources[0], kind: 'app', managed: true }
const shows = (edit: boolean) =>
  server.use(
    http.get('*/api/v1/resources/:id', () => HttpResponse.json({ ...app, may: { edit } })),
    http.get('*/api/v1/resources', () => HttpResponse.json({ items: [] })),
    http.get('*/api/v1/resources/:id/progress', () => HttpResponse.json({})),
    http.get('*/api/v1/resources/:id/constraints', () => HttpResponse.json({ limits: [], durations: {} })),
  )

describe('new access in an app', () => {
  it('is made at once by who may, with what was typed', async () => {
    const user = userEvent.setup()
    let sent: unknown
    shows(true)
    server.use(
      http.post('*/api/v1/resources', async ({ request }) => {
        sent = await request.json()
        return HttpResponse.json(
          { ...app, kind: 'entitlement', slug: 'vpn.billing', name: 'Billing' },
          { status: 201 },
        )
      }),
    )
    open('/catalogue/vpn')
    await user.click(await screen.findByRole('button', { name: 'Add access in it' }))
    const dialog = within(await screen.findByRole('dialog'))
    await user.click(dialog.getByRole('button', { name: 'Add it' }))
    expect(dialog.getByText('Give it a name.')).toBeInTheDocument()
    await user.type(dialog.getByLabelText('Name'), ' Billing ')
    await user.click(dialog.getByRole('button', { name: 'Add it' }))
    await waitFor(() => expect(sent).toEqual({ kind: 'entitlement', app: app.slug, name: 'Billing' }))
  })

  it('is asked for by others', async () => {
    shows(false)
    open('/catalogue/vpn')
    expect(await screen.findByRole('button', { name: 'Ask for new access in it' })).toBeInTheDocument()
    expect(screen.queryByRole('button', { name: 'Add access in it' })).not.toBeInTheDocument()
  })
})
