import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { beforeEach, describe, expect, it } from 'vitest'
import { flush } from '../../modules/undo'
import { inbox, me, mine } from '../../test/data'
import { open } from '../../test/render'
import { server, votes } from '../../test/server'

beforeEach(() => {
  flush()
  votes.length = 0
})

describe('request page', () => {
  it('tells the life of a request and lets an approver shorten it', async () => {
    const user = userEvent.setup()
    open(`/requests/${inbox[1]?.id}`)
    await screen.findByRole('heading', { level: 1, name: 'Barbara Hamilton asks for NetSuite AP clerk' })
    const progress = screen.getByRole('list', { name: 'Progress' })
    expect(progress).toHaveTextContent(/Done: Asked by Barbara Hamilton/)
    expect(progress).toHaveTextContent(/Approved by Radia Perlman/)
    expect(progress).toHaveTextContent(/Now: Waiting for any of you or Ken Thompson/)
    expect(progress).toHaveTextContent(/Later: Then a task for the group IT/)
    expect(await screen.findByText(/1 of 2 teammates has it/)).toBeInTheDocument()

    await user.click(screen.getByRole('button', { name: 'Approve for shorter' }))
    await user.click(await screen.findByRole('radio', { name: '1 day' }))
    await user.click(screen.getByRole('button', { name: 'Approve for 1 day' }))
    flush()
    await waitFor(() =>
      expect(votes[0]?.body).toMatchObject({ vote: 'approve', duration: 'P1D', version: 1 }),
    )
  })

  it('has an admin accept how many memberships of a role an approval shortens', async () => {
    const user = userEvent.setup()
    const asked = { ...inbox[0], beneficiary: { kind: 'role', id: 'res_9', slug: 'crew', name: 'Crew' } }
    server.use(
      http.get('*/api/v1/me', () =>
        HttpResponse.json({ ...me, permissions: { ...me.permissions, admin: true } }),
      ),
      http.get('*/api/v1/requests/:id', () => HttpResponse.json(asked)),
      http.post('*/api/v1/requests/:id/votes', async ({ request }) => {
        const body = (await request.json()) as Record<string, unknown>
        if (!new URL(request.url).searchParams.has('dry_run')) votes.push({ id: 'role', body })
        if (body.accept) return HttpResponse.json(asked)
        return HttpResponse.json(
          {
            type: '/api/docs#precondition',
            status: 422,
            detail: 'This would bring forward the end of 101 grants',
            rule: 'domain.18',
          },
          { status: 422, headers: { 'Content-Type': 'application/problem+json' } },
        )
      }),
    )
    open(`/requests/${asked.id}`)
    expect(await screen.findByText(/the end of 101 grants/)).toBeInTheDocument()
    await user.click(screen.getByRole('button', { name: /Approve and shorten them/ }))
    const sure = screen.queryByRole('button', { name: /Approve and shorten them/ })
    if (sure) await user.click(sure)
    flush()
    await waitFor(() => expect(votes[0]?.body).toMatchObject({ vote: 'approve', accept: true }))
  })

  it('asks for a sentence before a denial', async () => {
    const user = userEvent.setup()
    open(`/requests/${inbox[0]?.id}`)
    await user.click(await screen.findByRole('button', { name: 'Deny' }))
    expect(screen.getByText(/Say why in a sentence/)).toBeInTheDocument()
    expect(screen.getByRole('textbox', { name: /Note to Ada/ })).toHaveFocus()
    expect(votes).toHaveLength(0)
  })

  it('offers the requester to cancel and not to decide', async () => {
    open(`/requests/${mine[0]?.id}`)
    expect(await screen.findByRole('button', { name: 'Cancel request' })).toBeInTheDocument()
    expect(screen.queryByRole('button', { name: /Approve/ })).not.toBeInTheDocument()
  })

  it('says what is not found', async () => {
    open('/requests/req_none')
    expect(await screen.findByText('Not found')).toBeInTheDocument()
    expect(screen.getByText(/There is no such request/)).toBeInTheDocument()
  })
})
