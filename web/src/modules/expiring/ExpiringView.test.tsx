// What hangs on a grant leads to where it is listed.
import { screen } from '@testing-library/react'
import { HttpResponse, http } from 'msw'
import { expect, it } from 'vitest'
import { ahead } from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'

it('people lead to the members of the role, and what is reached to what the role gives or the app contains', async () => {
  const crew = { id: 'res_crew', slug: 'crew', name: 'Crew', kind: 'role' }
  const wiki = { id: 'res_wiki', slug: 'wiki', name: 'Wiki', kind: 'app' }
  const ada = { kind: 'user', id: 'usr_ada', login: 'ada', name: 'Ada' }
  const row = (id: string, subject: object, resource: object, relation: string, hangs: object) => ({
    grant: { id, subject, resource, relation, state: 'active', ends_at: ahead(50) },
    limits: { greatest: 'P30D', key: 'any', from: '' },
    ...hangs,
  })
  server.use(
    http.get('*/api/v1/grants/expiring', () =>
      HttpResponse.json({
        items: [
          row('grt_1', { ...crew, kind: 'role' }, wiki, 'member', { people: 1 }),
          row('grt_2', ada, crew, 'member', { reaches: 2 }),
          row('grt_3', ada, wiki, 'owner', { reaches: 3 }),
        ],
        total: 3,
      }),
    ),
  )
  open('/access?view=expiring')
  for (const [name, to] of [
    ['1 person', '/catalogue/crew?tab=holders'],
    ['reaches 2 resources', '/catalogue/crew?tab=gives'],
    ['contains 3', '/catalogue/wiki?tab=map'],
  ])
    expect(await screen.findByRole('link', { name })).toHaveAttribute('href', to)
}, 30_000)
