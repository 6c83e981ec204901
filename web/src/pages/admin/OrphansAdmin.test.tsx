// What has an owner leaves the list, and the focus goes on to what has none yet.
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { expect, it } from 'vitest'
import { me } from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'

it('after an owner is made the next thing has the focus, and after the last the heading', async () => {
  const suggested = { id: 'usr_ada', login: 'ada', name: 'Ada' }
  const orphan = (slug: string, name: string) => ({
    resource: { id: `res_${slug}`, slug, name, kind: 'app' },
    why: 'no_owner',
    members: 1,
    suggested,
  })
  let left = [orphan('wiki', 'Wiki'), orphan('vpn', 'VPN')]
  server.use(
    http.get('*/api/v1/me', () =>
      HttpResponse.json({ ...me, permissions: { ...me.permissions, admin: true, catalogue_manager: true } }),
    ),
    http.get('*/api/v1/orphans', () => HttpResponse.json({ items: left, total: left.length })),
    http.post('*/api/v1/grants', async ({ request }) => {
      const { resource } = (await request.json()) as { resource: string }
      left = left.filter((o) => o.resource.slug !== resource)
      return HttpResponse.json({ id: 'grt_1' }, { status: 201 })
    }),
  )
  const user = userEvent.setup()
  open('/admin/orphans')
  const own = async (name: string) => {
    await user.click(await screen.findByRole('button', { name: `Make Ada the owner of ${name}` }))
    await user.type(await screen.findByRole('textbox', { name: /Why/ }), 'looks after it')
    await user.click(screen.getByRole('button', { name: 'Make them the owner' }))
  }
  await own('Wiki')
  await waitFor(() =>
    expect(
      screen.getByRole('button', { name: 'Make Ada the owner of VPN' }).closest('[data-row]'),
    ).toHaveFocus(),
  )
  await own('VPN')
  await waitFor(() => expect(screen.getByRole('heading', { name: 'Without an owner' })).toHaveFocus())
}, 30_000)
