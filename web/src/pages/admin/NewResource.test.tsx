import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { describe, expect, it } from 'vitest'
import { me, resources } from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'

describe('adding to the catalogue', () => {
  it('makes an app with what it begins with', async () => {
    const user = userEvent.setup()
    let sent: unknown
    server.use(
      http.get('*/api/v1/me', () =>
        HttpResponse.json({ ...me, permissions: { ...me.permissions, catalogue_manager: true } }),
      ),
      http.post('*/api/v1/resources', async ({ request }) => {
        sent = await request.json()
        return HttpResponse.json(resources[0], { status: 201 })
      }),
    )
    open('/admin/catalogue/new')
    await user.type(await screen.findByLabelText('Name'), 'Miro')
    await user.click(screen.getByRole('button', { name: 'Add a part' }))
    await user.type(screen.getByLabelText('Part 1'), 'Editors')
    await user.click(screen.getByRole('button', { name: 'Add a part' }))
    await user.click(screen.getByRole('button', { name: 'Add Miro' }))
    await waitFor(() =>
      expect(sent).toMatchObject({ kind: 'app', name: 'Miro', entitlements: [{ name: 'Editors' }] }),
    )
  })
})
