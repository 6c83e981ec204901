// One place says what I lost, what ended, and what I had on a day; the addresses of before lead there.
import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { beforeEach, describe, expect, it } from 'vitest'
import { open } from '../../test/render'
import { server } from '../../test/server'

let asked: string[]
beforeEach(() => {
  asked = []
  server.use(
    http.get('*/api/v1/history', ({ request }) => {
      asked.push(`history ${new URL(request.url).searchParams.get('state')}`)
      return HttpResponse.json({ items: [] })
    }),
    http.get('*/api/v1/grants', ({ request }) => {
      asked.push(`grants active=${new URL(request.url).searchParams.get('active')}`)
      return HttpResponse.json({ items: [] })
    }),
  )
})

describe('what I had', () => {
  it.each([
    ['/access?view=had', 'What I lost', 'history lost'],
    ['/access?view=lost', 'What I lost', 'history lost'],
    ['/access?view=history', 'Everything that ended', 'grants active=false'],
    ['/access?view=had&show=ended', 'Everything that ended', 'grants active=false'],
  ])('%s shows %s', async (address, choice, request) => {
    open(address)
    expect(await screen.findByRole('tab', { name: 'What I had', selected: true })).toBeInTheDocument()
    expect(await screen.findByRole('radio', { name: choice })).toBeChecked()
    expect(await screen.findByText(/^Nothing (was lost|has ended yet)$/)).toBeInTheDocument()
    expect(asked).toContain(request)
  })

  it('tells what the target still has from what is gone', async () => {
    const lost = (id: string, state: string) => ({
      id,
      via: 'direct',
      grant_id: id,
      subject: { kind: 'user', id: 'usr_1', login: 'ada', name: 'Ada' },
      resource: { id: `res_${id}`, slug: id, name: id, kind: 'app' },
      relation: 'member',
      origin: 'given',
      reason_kind: 'direct',
      state,
      started_at: '2026-01-02T10:00:00Z',
      ended_at: '2026-01-09T10:00:00Z',
    })
    server.use(
      http.get('*/api/v1/history', () =>
        HttpResponse.json({ items: [lost('VPN', 'revoking'), lost('Wiki', 'ended')] }),
      ),
    )
    open('/access?view=lost')
    const row = async (name: string) =>
      (await screen.findByRole('button', { name: `Get it back: ${name}` })).closest('tr') as HTMLElement
    expect(within(await row('VPN')).getByText('Being removed')).toBeInTheDocument()
    expect(within(await row('Wiki')).queryByText('Being removed')).not.toBeInTheDocument()
  })

  it('on a day asks which, and shows it as a table or drawn', async () => {
    const user = userEvent.setup()
    const { router } = open('/access?view=lost')
    await user.click(await screen.findByRole('radio', { name: 'On a day' }))
    await user.click(await screen.findByRole('button', { name: 'A month ago' }))
    expect(await screen.findByText(/^What you had on .* Nothing can be changed here\.$/)).toBeInTheDocument()
    expect(router.state.location.search).toMatchObject({ view: 'had', show: 'day' })
    const table = await screen.findByRole('table')
    expect(within(table).queryByRole('button', { name: /^End/ })).not.toBeInTheDocument()
    await user.click(screen.getByRole('radio', { name: 'Drawing' }))
    expect(router.state.location.search).toMatchObject({ view: 'had', as: 'drawing' })
    await user.click(screen.getByRole('button', { name: 'Show now' }))
    expect(await screen.findByRole('tab', { name: 'Mine', selected: true })).toBeInTheDocument()
  })

  it('a day in the address of Mine leads there', async () => {
    open('/access?at=2026-01-31')
    expect(await screen.findByRole('radio', { name: 'On a day' })).toBeChecked()
    expect(await screen.findByText(/^What you had on Sat,? 31 Jan 2026/)).toBeInTheDocument()
  })
})
