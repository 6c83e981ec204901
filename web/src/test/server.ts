// The API as the page's unit tests see it. The tests in e2e run against the real server.
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import * as data from './data'

/** votes are the ballots that arrived, in order. */
export const votes: { id: string; body: Record<string, unknown> }[] = []

export const handlers = [
  http.get('*/auth/methods', () =>
    HttpResponse.json({
      demo: [
        {
          login: 'employee',
          name: 'Ada Lovelace',
          title: 'Employee',
          description: 'Asks for access and renews it.',
        },
        { login: 'lead', name: 'Grace Hopper', title: 'Team lead', description: 'Decides for a team.' },
      ],
      oidc: [{ id: 'dex', name: 'Company account' }],
    }),
  ),
  http.post('*/auth/demo', () => new HttpResponse(null, { status: 204 })),
  http.get('*/api/v1/me', () => HttpResponse.json(data.me)),
  http.get('*/api/v1/tasks', () => HttpResponse.json({ items: data.tasks })),
  http.get('*/api/v1/requests', ({ request }) => {
    const q = new URL(request.url).searchParams
    if (q.get('assignee') === 'me') {
      const done = new Set(votes.map((v) => v.id))
      return HttpResponse.json({ items: data.inbox.filter((r) => !done.has(r.id)) })
    }
    return HttpResponse.json({ items: data.mine })
  }),
  http.post('*/api/v1/requests/preview', async ({ request }) => {
    const ask = (await request.json()) as { resource: string }
    const found = data.resources.find((r) => r.slug === ask.resource) ?? data.resources[0]
    return HttpResponse.json(data.preview(found as never))
  }),
  http.post('*/api/v1/requests/:id/votes', async ({ request, params }) => {
    votes.push({ id: String(params.id), body: (await request.json()) as Record<string, unknown> })
    return HttpResponse.json(data.inbox.find((r) => r.id === params.id))
  }),
  http.get('*/api/v1/requests/:id/insight', () => HttpResponse.json(data.insight)),
  http.get('*/api/v1/inbox', () => HttpResponse.json({ items: data.messages })),
  http.post('*/api/v1/inbox/read', () => HttpResponse.json({ marked: 2 })),
  http.get('*/api/v1/delegations', () => HttpResponse.json({ items: data.delegations })),
  http.get('*/api/v1/search', () =>
    HttpResponse.json({ users: data.people, resources: data.resources, requests: data.inbox.slice(0, 2) }),
  ),
  http.get('*/api/v1/requests/:id', ({ params }) => {
    const found = [...data.inbox, ...data.mine].find((r) => r.id === params.id)
    return found
      ? HttpResponse.json(found)
      : HttpResponse.json(
          { title: 'Not found', status: 404, detail: 'There is no such request.', request_id: 'r-1' },
          { status: 404, headers: { 'Content-Type': 'application/problem+json' } },
        )
  }),
  http.get('*/api/v1/resources', ({ request }) => {
    const q = new URL(request.url).searchParams.get('q')?.toLowerCase() ?? ''
    return HttpResponse.json({ items: data.resources.filter((r) => r.name.toLowerCase().includes(q)) })
  }),
  http.get('*/api/v1/resources/:id', ({ params }) =>
    HttpResponse.json(data.resources.find((r) => r.slug === params.id) ?? data.resources[0]),
  ),
  http.get('*/api/v1/users', ({ request }) => {
    const q = new URL(request.url).searchParams.get('q')?.toLowerCase() ?? ''
    return HttpResponse.json({ items: data.people.filter((u) => u.name.toLowerCase().includes(q)) })
  }),
  http.get('*/api/v1/users/:id/access', () => HttpResponse.json({ items: data.access })),
  http.get('*/api/v1/users/:id', ({ params }) =>
    HttpResponse.json(data.people.find((u) => u.login === params.id) ?? data.grace),
  ),
]

export const server = setupServer(...handlers)
