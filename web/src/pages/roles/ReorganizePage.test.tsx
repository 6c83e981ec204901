// Taking a reorganization back leads away from a role that is no more, and from no other.
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { expect, it } from 'vitest'
import { ago, me, resource } from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'

const crew = { id: 'res_crew', slug: 'crew', name: 'Crew', kind: 'role' as const }

async function undo(
  action: string,
  title: string,
  fill: (user: ReturnType<typeof userEvent.setup>) => unknown,
) {
  const impact = { gained: 0, lost: 0, longer: 0, shorter: 0, people: 0, resources: 0, items: [], events: {} }
  const made = { id: 'reo_1', action, title, role: crew, at: ago(0), may_undo: true }
  let undone = false
  server.use(
    http.get('*/api/v1/me', () =>
      HttpResponse.json({ ...me, permissions: { ...me.permissions, catalogue_manager: true } }),
    ),
    http.get('*/api/v1/resources/crew', () => HttpResponse.json(resource(crew))),
    http.post('*/api/v1/reorganizations', ({ request }) =>
      HttpResponse.json(new URL(request.url).searchParams.has('dry_run') ? { status: 200, impact } : made),
    ),
    http.get('*/api/v1/reorganizations', () => HttpResponse.json({ items: [] })),
    http.post('*/api/v1/reorganizations/reo_1/undo', () => {
      undone = true
      return HttpResponse.json({ ...made, undone_at: ago(0) })
    }),
  )
  const user = userEvent.setup()
  const { router } = open(`/roles/new?action=${action}&people=ada&role=crew`)
  await fill(user)
  await user.type(screen.getByRole('textbox', { name: 'Why' }), 'They work alike')
  await user.click(screen.getByRole('button', { name: /the role$/ }))
  await waitFor(() => expect(router.state.location.pathname).toBe('/catalogue/crew'))
  await user.click(await screen.findByRole('button', { name: 'Undo' }))
  await screen.findByText(`Undone: ${title}.`)
  expect(undone).toBe(true)
  return router.state.location.pathname
}

it('undoing a made role leaves the page of the role', async () => {
  const at = await undo('create', 'Made the role Crew', async (user) =>
    user.type(await screen.findByRole('textbox', { name: 'Name of the new role' }), 'Crew'),
  )
  expect(at).toBe('/admin/roles')
}, 30_000)

it('undoing a renaming stays at the role', async () => {
  const at = await undo('rename', 'Renamed Crew to Team', async (user) =>
    user.type(await screen.findByRole('textbox', { name: 'New name' }), 'Team'),
  )
  expect(at).toBe('/catalogue/crew')
}, 30_000)
