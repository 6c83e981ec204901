// A refusal counts grants and the preview what people have: both numbers are shown, each with what it counts.
import { QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { expect, it } from 'vitest'
import { makeQueryClient } from '../../api/query'
import type { Resource } from '../../api/types'
import { me } from '../../test/data'
import { server } from '../../test/server'
import { TagsCard } from './TagsCard'

it('a tag that cuts many grants says what its number counts', async () => {
  const impact = { gained: 0, lost: 0, longer: 0, shorter: 29, people: 29, resources: 1, events: {} }
  const item = {
    change: 'shorter',
    user: { id: 'usr_ada', login: 'ada', name: 'Ada' },
    resource: { id: 'res_wiki', slug: 'wiki', name: 'Wiki', kind: 'app' },
    relation: 'member',
    before: { no_end: true },
    after: { ends_at: '2027-01-01T00:00:00Z' },
  }
  server.use(
    http.get('*/api/v1/me', () =>
      HttpResponse.json({ ...me, permissions: { ...me.permissions, admin: true } }),
    ),
    http.get('*/api/v1/resources', () => HttpResponse.json({ items: [] })),
    http.get('*/api/v1/constraints', () => HttpResponse.json({ items: [] })),
    http.get('*/api/v1/tags', () =>
      HttpResponse.json({ items: [{ id: 'tag_1', name: 'Short', enabled: true, constraints: {} }] }),
    ),
    http.put('*/api/v1/resources/res_wiki/tags/tag_1', ({ request }) =>
      new URL(request.url).searchParams.has('dry_run')
        ? HttpResponse.json({ status: 200, impact: { ...impact, items: [item] } })
        : HttpResponse.json(
            {
              status: 412,
              code: 'precondition',
              rule: 'domain.18',
              detail: 'Short would bring forward the end of 30 grants',
            },
            { status: 412 },
          ),
    ),
  )
  const user = userEvent.setup()
  render(
    <QueryClientProvider client={makeQueryClient(() => undefined)}>
      <TagsCard resource={{ id: 'res_wiki', slug: 'wiki', name: 'Wiki', kind: 'app' } as Resource} />
    </QueryClientProvider>,
  )
  await screen.findByRole('option', { name: 'Short' })
  await user.selectOptions(screen.getByLabelText('Tag to put on'), 'Short')
  await user.click(screen.getByRole('button', { name: 'Put it on' }))
  await screen.findByRole('button', { name: 'Put it on and shorten them' })
  expect(screen.getByText(/30 grants/)).toHaveTextContent(/This counts grants/)
  expect(await screen.findByText('29 shorter')).toBeInTheDocument()
})
