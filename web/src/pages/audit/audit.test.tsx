import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { beforeEach, describe, expect, it } from 'vitest'
import * as data from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'

const event = {
  id: 'evt_1',
  schema: 1,
  verb: 'resource.deleted',
  actor: { id: 'usr_r', login: 'root', name: 'Rita Root' },
  via: 'token',
  object: { kind: 'app', id: 'res_1', slug: 'wiki', name: 'Wiki' },
  at: '2026-03-02T10:00:00Z',
  values: { reason: 'nobody writes there' },
  index: 41,
}

/** asked are the pages of the log that were asked for, without the looks for something newer. */
let asked: URLSearchParams[] = []
beforeEach(() => {
  asked = []
  server.use(
    http.get('*/api/v1/me', () =>
      HttpResponse.json({ ...data.me, permissions: { ...data.me.permissions, auditor: true } }),
    ),
    http.get('*/api/v1/events', ({ request }) => {
      const q = new URL(request.url).searchParams
      if (q.get('limit') !== '1') asked.push(q)
      return HttpResponse.json({ items: [event] })
    }),
    http.get('*/api/v1/audit/checkpoint', () =>
      HttpResponse.json({ size: 42, at: event.at, note: '', key: '' }),
    ),
    http.get('*/api/v1/users/ada', () =>
      HttpResponse.json({ id: 'usr_ada', login: 'ada', name: 'Ada Lovelace' }),
    ),
    http.get('*/api/v1/resources/github', () =>
      HttpResponse.json({ id: 'res_g', slug: 'github', name: 'GitHub' }),
    ),
  )
})

describe('the audit log', () => {
  it('says who did what to what, and why', async () => {
    open('/admin/audit')
    const table = await screen.findByRole('table', { name: 'Audit log' })
    for (const text of ['resource.deleted', 'Rita Root', 'Wiki', 'nobody writes there'])
      expect(within(table).getByText(text)).toBeInTheDocument()
    await userEvent.click(within(table).getByRole('button', { name: /^Details of resource.deleted/ }))
    expect(await screen.findByRole('dialog')).toHaveTextContent('What it names')
  })

  it('asks about a person and an app, the oldest first, as the address says; files are the same', async () => {
    open('/admin/audit?user=ada&app=github&sort=id&verb=tag.')
    await screen.findByRole('table', { name: 'Audit log' })
    expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
      user: 'ada',
      app: 'github',
      sort: 'id',
      verb: 'tag.',
    })
    const file = new URL(
      screen.getByRole('link', { name: 'CSV of these' }).getAttribute('href') ?? '',
      'http://x',
    )
    expect(Object.fromEntries(file.searchParams)).toEqual({
      format: 'csv',
      user: 'ada',
      app: 'github',
      sort: 'id',
      verb: 'tag.',
    })
    expect(await screen.findByDisplayValue('Ada Lovelace')).toBeInTheDocument()
    expect(await screen.findByDisplayValue('GitHub')).toBeInTheDocument()
  })

  it('is sorted by time both ways, and shows the columns that are chosen', async () => {
    const user = userEvent.setup()
    open('/admin/audit?columns=at,verb,index')
    const table = await screen.findByRole('table', { name: 'Audit log' })
    expect(within(table).getAllByRole('columnheader')).toHaveLength(4)
    expect(within(table).getByText('41')).toBeInTheDocument()
    expect(within(table).getByRole('columnheader', { name: 'When' })).toHaveAttribute(
      'aria-sort',
      'descending',
    )
    await user.click(within(table).getByRole('button', { name: 'When' }))
    await screen.findByRole('columnheader', { name: 'When' })
    expect(asked.at(-1)?.get('sort')).toBe('id')
    await user.click(screen.getByText('Columns'))
    await user.click(screen.getByRole('checkbox', { name: 'By' }))
    expect(await within(screen.getByRole('table')).findByText('A token')).toBeInTheDocument()
    await user.click(screen.getByRole('button', { name: 'When' }))
    expect(screen.getByRole('columnheader', { name: 'When' })).toHaveAttribute('aria-sort', 'descending')
  })

  it('searches in what was written a stretch at a time', async () => {
    const user = userEvent.setup()
    const answers = [{ items: [], next_cursor: 'one' }, { items: [event], next_cursor: 'two' }, { items: [] }]
    server.use(
      http.get('*/api/v1/events', ({ request }) => {
        asked.push(new URL(request.url).searchParams)
        return HttpResponse.json(answers[asked.length - 1])
      }),
    )
    open('/admin/audit?said=nobody+writes')
    expect(await screen.findByText('Nothing found yet')).toBeInTheDocument()
    expect(screen.getByLabelText('Words in reasons and comments')).toHaveValue('nobody writes')
    await user.click(screen.getByRole('button', { name: 'Search on' }))
    expect(await screen.findByText('nobody writes there')).toBeInTheDocument()
    await user.click(screen.getByRole('button', { name: 'Search on' }))
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Search on' })).not.toBeInTheDocument())
    expect(asked.map((a) => [a.get('said'), a.get('cursor')])).toEqual([
      ['nobody writes', null],
      ['nobody writes', 'one'],
      ['nobody writes', 'two'],
    ])
  })
})
