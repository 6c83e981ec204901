import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it } from 'vitest'
import { flush } from '../../modules/undo'
import { inbox, mine } from '../../test/data'
import { open } from '../../test/render'
import { votes } from '../../test/server'

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
    expect(await screen.findByText(/1 of 2 teammates have it/)).toBeInTheDocument()

    await user.click(screen.getByRole('button', { name: 'Approve for shorter' }))
    await user.click(await screen.findByRole('radio', { name: '1 day' }))
    await user.click(screen.getByRole('button', { name: 'Approve for 1 day' }))
    flush()
    await waitFor(() =>
      expect(votes[0]?.body).toMatchObject({ vote: 'approve', duration: 'P1D', version: 1 }),
    )
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
