// What a reorganization did is taken back once, tried out no more after that, and the focus stays in the list.
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { expect, it } from 'vitest'
import { ago, me } from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'

it('undoing does not try again what is undone', async () => {
  const impact = { gained: 0, lost: 0, longer: 0, shorter: 0, people: 0, resources: 0, items: [], events: {} }
  const made = {
    id: 'reo_1',
    action: 'create',
    title: 'Made the role Crew',
    role: { id: 'res_crew', slug: 'crew', name: 'Crew', kind: 'role' },
    at: ago(1),
    may_undo: true,
  }
  const other = { ...made, id: 'reo_2', title: 'Made the role Guard' }
  const gone = {
    ...made,
    id: 'reo_3',
    title: 'Made the role Watch',
    may_undo: false,
    role_removed_at: ago(0),
  }
  const sent: string[] = []
  server.use(
    http.get('*/api/v1/me', () =>
      HttpResponse.json({ ...me, permissions: { ...me.permissions, catalogue_manager: true } }),
    ),
    http.get('*/api/v1/reorganizations', () =>
      HttpResponse.json({
        items: [sent.includes('undo') ? { ...made, undone_at: ago(0) } : made, other, gone],
      }),
    ),
    http.post('*/api/v1/reorganizations/reo_1/undo', ({ request }) => {
      const dry = new URL(request.url).searchParams.has('dry_run')
      sent.push(dry ? 'try' : 'undo')
      return HttpResponse.json(dry ? { status: 200, impact } : { ...made, undone_at: ago(0) })
    }),
  )
  const user = userEvent.setup()
  open('/admin/roles')
  await user.click(await screen.findByRole('button', { name: 'Undo: Made the role Crew' }))
  expect(screen.queryByRole('button', { name: 'Undo: Made the role Watch' })).toBeNull()
  expect(screen.getByText(/^Role removed/)).toBeInTheDocument()
  await screen.findByText('Nobody gains or loses anything.')
  await user.click(screen.getByRole('button', { name: 'Undo it' }))
  await screen.findByText('Undone: Made the role Crew.')
  await screen.findByText(/^Undone$|^Undone /)
  expect(sent).toEqual(['try', 'undo'])
  // The button that was pressed is gone: its row has the focus.
  await waitFor(() => expect(screen.getByText(/^Undone$|^Undone /).closest('[data-row]')).toHaveFocus())
}, 30_000)
