import { screen } from '@testing-library/react'
import { HttpResponse, http } from 'msw'
import { describe, expect, it } from 'vitest'
import { inbox, insight, vpn } from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'

describe('the facts beside a request', () => {
  it('say who has the same title, what was had by role, and what a role gives', async () => {
    server.use(
      http.get('*/api/v1/requests/:id', () => HttpResponse.json(inbox[0])),
      http.get('*/api/v1/requests/:id/insight', () =>
        HttpResponse.json({
          ...insight,
          had_before: 2,
          gives: [
            { resource: vpn, relation: 'member' },
            { resource: vpn, relation: 'owner' },
          ],
        }),
      ),
    )
    open(`/requests/${inbox[0]?.id}`)
    expect(await screen.findByText('2 of 9 others with the same title have it')).toBeInTheDocument()
    expect(screen.getByText('Had it 2 times before')).toBeInTheDocument()
    const gives = screen.getByText('The role gives 2 things').closest('details')
    expect(gives).toHaveTextContent('VPN · owner')
  })
})
