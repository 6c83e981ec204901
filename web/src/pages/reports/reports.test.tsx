import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { setZone } from '../../components/zone'
import * as data from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'
import { cells, link, shown } from './evidence'
import { historyFilter, periods } from './filter'

const interval = {
  id: 'grt_1',
  via: 'direct',
  grant_id: 'grt_1',
  subject: { kind: 'user', id: 'usr_ada', login: 'ada', name: 'Ada Lovelace' },
  resource: { id: 'res_vpn', slug: 'vpn', name: 'VPN', kind: 'app' },
  relation: 'member',
  origin: 'given',
  reason_kind: 'request',
  reason: 'On call',
  request_id: 'req_1',
  state: 'ended',
  started_at: '2026-01-02T10:00:00Z',
  ended_at: '2026-01-09T10:00:00Z',
  ended_reason: 'reached its end',
  approvals: [
    {
      by: { id: 'usr_o', login: 'olga', name: 'Olga' },
      on_behalf_of: { id: 'usr_p', login: 'pia', name: 'Pia' },
      vote: 'approve',
      comment: 'fine',
      at: '2026-01-02T09:00:00Z',
    },
  ],
}

/** asked are the queries that arrived at a path. */
function answer(path: string, body: object) {
  const asked: URLSearchParams[] = []
  server.use(
    http.get(`*/api/v1/${path}`, ({ request }) => {
      asked.push(new URL(request.url).searchParams)
      return HttpResponse.json(body)
    }),
  )
  return asked
}
const auditor = () =>
  server.use(
    http.get('*/api/v1/me', () =>
      HttpResponse.json({ ...data.me, permissions: { ...data.me.permissions, auditor: true } }),
    ),
  )

describe('history', () => {
  it('asks what the address says, and exports the same with the columns that are shown', async () => {
    const user = userEvent.setup()
    const asked = answer('history', { items: [interval], total: 1 })
    open('/history?person=ada&state=ended&sort=-ended&columns=person,reason')
    const table = await screen.findByRole('table', { name: 'Access history' })
    expect(within(table).getAllByRole('columnheader')).toHaveLength(2)
    expect(within(table).getByText('On call')).toBeInTheDocument()
    expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
      person: 'ada',
      state: 'ended',
      sort: '-ended',
    })
    const file = new URL(
      screen.getByRole('link', { name: 'Export CSV' }).getAttribute('href') ?? '',
      'http://x',
    )
    expect(Object.fromEntries(file.searchParams)).toEqual({
      format: 'csv',
      person: 'ada',
      state: 'ended',
      sort: '-ended',
      columns: 'person,name,reason,request',
    })
    await user.click(screen.getByText('Columns'))
    await user.click(screen.getByRole('checkbox', { name: 'Decided' }))
    expect(await within(table).findByText('Olga for Pia approved: fine')).toBeInTheDocument()
  })

  it('looks at a moment', async () => {
    const asked = answer('history', { items: [interval], total: 1 })
    open('/history?app=github&at=2026-01-05T12:00:00Z')
    expect(await screen.findByText(/1 row, held/)).toBeInTheDocument()
    expect(asked[0]?.get('at')).toBe('2026-01-05T12:00:00.000Z')
    expect(screen.getByLabelText('As of')).toHaveAttribute('type', 'datetime-local')
  })

  it('is of the whole company for auditors alone', async () => {
    const asked = answer('history', { items: [interval], total: 1 })
    const { unmount } = open('/history')
    expect(await screen.findByText('Choose whose history to see')).toBeInTheDocument()
    expect(screen.queryByRole('link', { name: 'Export CSV' })).not.toBeInTheDocument()
    expect(asked).toHaveLength(0)
    unmount()
    auditor()
    open('/history')
    expect(await screen.findByRole('table', { name: 'Access history' })).toBeInTheDocument()
  })

  it("searches everybody's a stretch at a time, says how far it has come, and stands still", async () => {
    const user = userEvent.setup()
    auditor()
    const asked: URLSearchParams[] = []
    const answers = [
      { items: [], next_cursor: 'one', searched_to: '2026-05-01T10:00:00Z' },
      { items: [interval], next_cursor: 'two', searched_to: '2026-02-01T10:00:00Z' },
      { items: [{ ...interval, id: 'grt_2' }] },
    ]
    server.use(
      http.get('*/api/v1/history', ({ request }) => {
        asked.push(new URL(request.url).searchParams)
        return HttpResponse.json(answers[asked.length - 1])
      }),
    )
    const { client } = open('/history?q=call')
    expect(await screen.findByText('Nothing found yet')).toBeInTheDocument()
    expect(screen.getByText(/Searched as far as/)).toHaveTextContent('Searched as far as 1 May 2026.')
    await user.click(screen.getByRole('button', { name: 'Search on' }))
    expect(await screen.findByText('The first 1 row.')).toBeInTheDocument()
    expect(screen.getByText(/Searched as far as/)).toHaveTextContent('1 Feb 2026')
    await client.invalidateQueries({ queryKey: ['intervals'] })
    await user.click(screen.getByRole('button', { name: 'Search on' }))
    expect(await screen.findByText('2 rows')).toBeInTheDocument()
    expect(screen.queryByText(/Searched as far as/)).not.toBeInTheDocument()
    expect(asked.map((a) => a.get('cursor'))).toEqual([null, 'one', 'two'])
  })

  it.each([
    ['/history?q=call', false],
    ['/history?department=Sales', false],
    ['/history?q=call&resource=vpn', true],
    ['/history', true],
  ])('counts all of %s: %s', async (path, counts) => {
    auditor()
    const asked: URLSearchParams[] = []
    server.use(
      http.get('*/api/v1/history', ({ request }) => {
        const q = new URL(request.url).searchParams
        asked.push(q)
        const items = Array.from({ length: 100 }, (_, n) => ({ ...interval, id: `grt_${n}` }))
        return HttpResponse.json(
          q.get('total') ? { items: [interval], total: 2500 } : { items, next_cursor: 'one' },
        )
      }),
    )
    open(path)
    expect(await screen.findByText(counts ? '2,500 rows' : 'The first 100 rows')).toBeInTheDocument()
    expect(asked.some((q) => q.get('total') === 'true')).toBe(counts)
  })

  it.each([
    ['Europe/Berlin', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z', '2026-03-29T10:00:00.000Z'],
    ['America/New_York', '2026-03-29T04:00:00.000Z', '2026-03-30T04:00:00.000Z', '2026-03-29T16:00:00.000Z'],
  ])('reads days and times as those of %s', (name, since, until, at) => {
    setZone(name)
    const f = historyFilter({ from: '2026-03-29', to: '2026-03-29', at: '2026-03-29T12:00' })
    expect(f).toMatchObject({ since, until, at })
    expect(historyFilter({ at: 'nonsense', from: 'soon' })).toMatchObject({ at: undefined, since: undefined })
    setZone(undefined)
  })
})

describe('evidence', () => {
  const figure = {
    id: 'leavers',
    title: 'People who left',
    count: 2,
    file: 'leavers.csv',
    link: 'https://x/evidence',
  }
  afterEach(() => vi.restoreAllMocks())

  it('shows the numbers of the period, and the rows behind the one that is pressed', async () => {
    const user = userEvent.setup()
    auditor()
    const asked = answer('evidence', { figures: [figure], files: ['leavers.csv'] })
    const rows = answer('evidence/rows', {
      figure,
      columns: ['login', 'left_at', 'id'],
      items: [
        ['ken', '2026-02-01T08:00:00Z', 'usr_ken'],
        ['pat', '2026-02-02T08:00:00Z', 'usr_pat'],
      ],
    })
    open('/evidence?from=2026-01-01T00:00:00Z&to=2026-04-01T00:00:00Z')
    await user.click(await screen.findByRole('link', { name: /People who left/ }))
    const table = await screen.findByRole('table', { name: 'People who left' })
    expect(within(table).getByRole('link', { name: 'ken' })).toHaveAttribute('href', '/people/ken')
    expect(within(table).getByText('2026-02-02 08:00:00 UTC')).toBeInTheDocument()
    expect(asked[0]?.get('from')).toBe('2026-01-01T00:00:00Z')
    expect(rows[0]?.get('figure')).toBe('leavers')
  })

  it('fetches the pack, says how far it is, and says when it cannot be made', async () => {
    const user = userEvent.setup()
    auditor()
    answer('evidence', { figures: [figure], files: [] })
    const made: Blob[] = []
    vi.stubGlobal(
      'URL',
      Object.assign(URL, {
        createObjectURL: (b: Blob) => {
          made.push(b)
          return 'blob:x'
        },
        revokeObjectURL: () => {},
      }),
    )
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {})
    server.use(
      http.get(
        '*/api/v1/evidence/pack',
        () =>
          new HttpResponse(new Uint8Array(2_300_000), {
            headers: { 'Content-Disposition': 'attachment; filename="sallyport-evidence.zip"' },
          }),
      ),
    )
    open('/evidence?from=2026-01-01T00:00:00Z&to=2026-04-01T00:00:00Z')
    await user.click(await screen.findByRole('button', { name: 'Download the pack' }))
    expect(await screen.findByText('Saved as sallyport-evidence.zip, 2.3 MB')).toBeInTheDocument()
    await waitFor(() => expect(made[0]?.size).toBe(2_300_000))
    server.use(
      http.get('*/api/v1/evidence/pack', () =>
        HttpResponse.json(
          { title: 'Not available now', detail: 'the database is not available' },
          { status: 503 },
        ),
      ),
    )
    await user.click(screen.getByRole('button', { name: 'Download the pack' }))
    expect(await screen.findByRole('alert')).toHaveTextContent('The database is not available.')
  })

  it('names quarters and years in UTC', () => {
    const list = periods(new Date('2026-02-10T00:00:00Z'))
    expect(list.slice(0, 2)).toEqual([
      {
        value: '2026-Q1',
        label: 'Quarter 1 of 2026 (so far)',
        from: '2026-01-01T00:00:00Z',
        to: '2026-04-01T00:00:00Z',
      },
      {
        value: '2025-Q4',
        label: 'Quarter 4 of 2025',
        from: '2025-10-01T00:00:00Z',
        to: '2026-01-01T00:00:00Z',
      },
    ])
  })

  it('draws the cells that say something, and links what they name', () => {
    const list = cells([{ items: [['ada', '', 'x']] } as never, { items: [['ken', '', 'y']] } as never])
    expect(shown(['login', 'title', 'id'], list)).toEqual([0])
    expect(list.map((r) => r[3])).toEqual(['0', '1'])
    expect(link('beneficiary', 'role:dev')).toBe('/catalogue/dev')
    expect(link('comment', 'ada')).toBeUndefined()
  })
})
