// Who decides, where the only one who could is the one who looks.
import { screen } from '@testing-library/react'
import { HttpResponse, http } from 'msw'
import { expect, it } from 'vitest'
import { preview, resource, vpn } from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'

it('says why nobody could decide', async () => {
  const owners = {
    id: '',
    name: 'Owners',
    position: 0,
    state: 'waiting',
    rule: 'any',
    need: 1,
    approvers: [],
    votes: [],
  }
  server.use(
    http.get('*/api/v1/resources/vpn', () => HttpResponse.json(resource(vpn))),
    http.post('*/api/v1/requests/preview', () =>
      HttpResponse.json({
        ...preview(vpn),
        stages: [owners],
        problems: [
          {
            location: 'domain.11',
            message:
              'nobody could decide about VPN: its approvers are missing, and there is no admin besides the people it is about. Ask an admin to name approvers or owners for it, or to make another admin.',
          },
        ],
      }),
    ),
  )
  open('/catalogue/vpn')
  expect(
    await screen.findByText(/^Nobody could decide about VPN: .* Ask an admin to name approvers or owners/),
  ).toBeInTheDocument()
}, 30_000)
