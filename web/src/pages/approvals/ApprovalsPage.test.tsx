import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { beforeEach, describe, expect, it } from 'vitest'
import { flush } from '../../modules/undo'
import { inbox } from '../../test/data'
import { open } from '../../test/render'
import { server, votes } from '../../test/server'

beforeEach(() => {
  flush()
  votes.length = 0
})

const cards = () => screen.getAllByRole('listitem').filter((el) => el.id.startsWith('card-'))

describe('approvals', () => {
  it('approves by keyboard, takes it back with z, and sends it when the page is left', async () => {
    const user = userEvent.setup()
    open('/approvals')
    await screen.findByText('4 requests wait for you')
    await user.keyboard('j')
    await user.keyboard('a')
    expect(await screen.findByText(/Approving Barbara for NetSuite/)).toBeInTheDocument()
    expect(screen.getByText('3 requests wait for you')).toBeInTheDocument()
    await user.keyboard('z')
    expect(await screen.findByText('4 requests wait for you')).toBeInTheDocument()
    expect(votes).toHaveLength(0)

    await user.keyboard('a')
    window.dispatchEvent(new Event('pagehide'))
    await waitFor(() => expect(votes).toHaveLength(1))
    expect(votes[0]).toMatchObject({ id: inbox[1]?.id, body: { vote: 'approve', version: 1 } })
    await waitFor(() => expect(cards()).toHaveLength(3))
  })

  it('denies only with a sentence', async () => {
    const user = userEvent.setup()
    open('/approvals')
    await screen.findByText('4 requests wait for you')
    await user.keyboard('d')
    const first = cards()[0] as HTMLElement
    await user.click(await within(first).findByRole('button', { name: 'Deny' }))
    expect(within(first).getByText('A denial needs a sentence.')).toBeInTheDocument()
    await user.type(within(first).getByRole('textbox'), 'Use the staging account{Control>}{Enter}{/Control}')
    await screen.findByText(/Denying Ada/)
    flush()
    await waitFor(() =>
      expect(votes[0]?.body).toMatchObject({ vote: 'deny', comment: 'Use the staging account' }),
    )
  })

  it('decides on several at once', async () => {
    const user = userEvent.setup()
    open('/approvals')
    await screen.findByText('4 requests wait for you')
    await user.keyboard('x')
    await user.keyboard('jj')
    await user.keyboard('{Shift>}x{/Shift}')
    // One of the three would make somebody an owner: that is never approved in bulk.
    expect(screen.getByText('1 with a warning is left out of approving.')).toBeInTheDocument()
    await user.click(screen.getByRole('button', { name: 'Approve 2' }))
    expect(await screen.findByText('Approving 2 requests')).toBeInTheDocument()
    expect(cards()).toHaveLength(2)
    flush()
    await waitFor(() => expect(votes).toHaveLength(2))
  })

  it('asks twice before somebody becomes an owner', async () => {
    const user = userEvent.setup()
    open('/approvals?q=figma')
    await user.click(await screen.findByRole('button', { name: /^Approve: Ken Thompson asks to own Figma/ }))
    expect(screen.queryByText(/^Approving/)).not.toBeInTheDocument()
    await user.click(screen.getByRole('button', { name: /^Approve anyway: Ken Thompson/ }))
    expect(await screen.findByText('Approving Ken for Figma')).toBeInTheDocument()
    flush()
    await waitFor(() => expect(votes).toHaveLength(1))
  })

  it('puts the card back and says who was faster', async () => {
    const user = userEvent.setup()
    server.use(
      http.post('*/api/v1/requests/:id/votes', () =>
        HttpResponse.json(
          { status: 409, title: 'Conflict', detail: 'Already approved by Radia Perlman 2 minutes ago.' },
          { status: 409 },
        ),
      ),
    )
    open('/approvals')
    await screen.findByText('4 requests wait for you')
    await user.keyboard('a')
    await screen.findByText(/Approving Ada/)
    flush()
    expect(await screen.findByText(/Already approved by Radia Perlman/)).toBeInTheDocument()
    expect(await screen.findByText('4 requests wait for you')).toBeInTheDocument()
  })

  it('filters by the address and tells an empty filter from an empty inbox', async () => {
    open('/approvals?q=vienna')
    await waitFor(() => expect(cards()).toHaveLength(1))
    open('/approvals?q=nothing-like-it')
    expect(await screen.findByText('No request matches')).toBeInTheDocument()
  })
})
