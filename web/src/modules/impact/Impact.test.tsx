// What a change would do is said with when it begins, ends, and begins again.
import { QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import { HttpResponse, http } from 'msw'
import { expect, it } from 'vitest'
import type { ImpactItem } from '../../api/impact'
import { makeQueryClient } from '../../api/query'
import { server } from '../../test/server'
import { ImpactView } from './Impact'

const span = (s: Partial<NonNullable<ImpactItem['before']>>) => s as ImpactItem['before']

it.each([
  [
    'lost',
    span({ ends_at: '2026-12-05T10:00:00Z', again_at: '2026-12-10T10:00:00Z' }),
    span({ starts_at: '2026-12-10T10:00:00Z', no_end: true }),
    /loses it.*again from .*10 Dec.* without end; begins again .*10 Dec/,
  ],
  [
    'shorter',
    span({
      ends_at: '2026-12-05T10:00:00Z',
      again_at: '2026-12-10T10:00:00Z',
      last_ends_at: '2026-12-20T10:00:00Z',
    }),
    span({
      ends_at: '2026-12-05T10:00:00Z',
      again_at: '2026-12-10T10:00:00Z',
      last_ends_at: '2026-12-12T10:00:00Z',
    }),
    /until .*5 Dec.*again from .*10 Dec.* until .*12 Dec.* in place of .*20 Dec/,
  ],
  ['lost', span({ no_end: true }), undefined, /loses it$/],
  [
    'gained',
    undefined,
    span({ starts_at: '2027-01-24T10:00:00Z', ends_at: '2027-02-03T10:00:00Z' }),
    /gains it, from .*24 Jan.*until .*3 Feb/,
  ],
  [
    'shorter',
    span({ duration: 'P60D' }),
    span({ duration: 'P2D' }),
    /2 days once it is real in place of 60 days once it is real/,
  ],
] as const)('%s is told with its times', async (change, before, after, words) => {
  server.use(http.get('*/api/v1/resources', () => HttpResponse.json({ items: [] })))
  const user = { id: 'usr_1', login: 'ada', name: 'Ada' }
  const resource = { id: 'res_1', kind: 'app', slug: 'wiki', name: 'Wiki' } as const
  const item = { change, user, resource, relation: 'member', before, after } as ImpactItem
  const impact = {
    gained: 0,
    lost: 0,
    longer: 0,
    shorter: 0,
    people: 1,
    resources: 1,
    events: {},
    [change]: 1,
    items: [item],
  }
  render(
    <QueryClientProvider client={makeQueryClient(() => {})}>
      <ImpactView impact={impact} />
    </QueryClientProvider>,
  )
  expect((await screen.findByRole('listitem')).textContent).toMatch(words)
})
