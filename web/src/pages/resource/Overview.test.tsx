// Who decides, where the only one who could is the one who looks; and for how long one may have it.
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

it('offers no lengths that its tags refuse', async () => {
  const limit = { from: 'the tag Short on VPN', relation: 'member' }
  server.use(
    http.get('*/api/v1/resources/vpn', () => HttpResponse.json({ ...resource(vpn), durations: {} })),
    http.get('*/api/v1/resources/vpn/constraints', () =>
      HttpResponse.json({
        resource: vpn,
        durations: {},
        constraints: {},
        limits: [
          {
            ...limit,
            key: 'member_time_limit',
            value: 'P30D',
            words: 'members at most 30 days',
            longest: 'P30D',
          },
          {
            ...limit,
            key: 'owner_time_limit',
            relation: 'owner',
            value: 'P2D',
            words: 'owners at most 2 days',
            longest: 'P2D',
          },
        ],
      }),
    ),
    http.post('*/api/v1/requests/preview', () => HttpResponse.json(preview(vpn))),
  )
  open('/catalogue/vpn')
  expect(await screen.findByText('1 day, 7 days, 30 days')).toBeInTheDocument()
  expect(screen.getByText('30 days')).toBeInTheDocument()
  expect(screen.getByText('Not allowed')).toBeInTheDocument()
  expect(screen.queryByText('ten years')).not.toBeInTheDocument()
}, 30_000)
