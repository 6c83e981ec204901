// The page of what was removed from the catalogue.
import { screen } from '@testing-library/react'
import { HttpResponse, http } from 'msw'
import { expect, it } from 'vitest'
import { ago, resource, vpn } from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'

it('shows what was, by the id, since another may go by the name', async () => {
  const asked: string[] = []
  server.events.on('request:start', ({ request }) => {
    asked.push(new URL(request.url).pathname)
  })
  const gone = resource(vpn, { deleted_at: ago(60), may: { fields: [] } as never })
  server.use(
    http.get('*/api/v1/resources/vpn', () => HttpResponse.json(gone)),
    http.get(`*/api/v1/resources/${vpn.id}/history`, () => HttpResponse.json({ items: [] })),
  )
  open('/catalogue/vpn?tab=history')
  expect(await screen.findByText(/^Removed on /)).toBeInTheDocument()
  expect(await screen.findByText(/Requests, access and changes of it show up here/)).toBeInTheDocument()
  expect(screen.getByRole('link', { name: 'Who had what, as a table' })).toHaveAttribute(
    'href',
    expect.stringContaining(vpn.id),
  )
  expect(asked.filter((p) => p.includes('/vpn/') || p.includes('/preview'))).toEqual([])
}, 30_000)
