// What the pages ask the server for: bench/calls.txt lists it, and `make bench` measures each line of that.
import { readFile } from 'node:fs/promises'
import type { AccessRequest, Page as List, Task } from '../src/api/types'
import { api, as, expect, type Persona, settled, test } from './world'

const things = ['aws', 'backend-engineer', 'salesforce.administrator']
const places: [persona: Persona, paths: string[]][] = [
  [
    'employee',
    [
      '/',
      '/approvals',
      '/requests',
      '/messages',
      '/away',
      '/catalogue',
      '/?ask=vpn',
      ...['mine', 'owned', 'roles', 'expiring', 'had'].map((view) => `/access?view=${view}`),
      '/tasks',
      '/people',
      ...['access', 'owns', 'lost', 'requests', 'history'].map((tab) => `/people/lead?tab=${tab}`),
      '/compare?users=employee,teammate',
      '/compare?users=employee,teammate&at=2026-06-01',
      ...things.flatMap((t) =>
        ['overview', 'holders', 'gives', 'map', 'history'].map((tab) => `/catalogue/${t}?tab=${tab}`),
      ),
    ],
  ],
  ['lead', ['/', '/approvals']],
  [
    'admin',
    [
      '/access?view=all',
      '/access?view=expiring&scope=all',
      '/history',
      '/history?person=employee',
      '/history?at=2026-06-01T12:00',
      '/evidence',
      '/catalogue/aws?tab=settings',
      ...[
        'catalogue',
        'tags',
        'roles',
        'orphans',
        'audit',
        'connections',
        'tokens',
        'sessions',
        'rights',
      ].map((page) => `/admin/${page}`),
      '/admin/new-things',
      '/admin/holidays',
    ],
  ],
]

/** plain is a call with names in place of what it is about: the path, its page's size, and which parameters it has. */
function plain(url: URL) {
  const path = url.pathname
    .replace('/api/v1', '')
    .replace(/^\/(users|resources|requests|tasks)\/[^/]+/, '/$1/{id}')
  const names = [...url.searchParams].map(([name, value]) => (name === 'limit' ? `limit=${value}` : name))
  return names.length > 0 ? `${path}?${names.sort().join('&')}` : path
}

test('bench/calls.txt says what the pages ask for', async ({ browser }) => {
  test.setTimeout(240_000)
  const asked = new Set<string>()
  for (const [persona, paths] of places) {
    const page = await as(browser, persona)
    const { items: requests } = await api(page.context()).get<List<AccessRequest>>('/requests?state=pending')
    const { items: tasks } = await api(page.context()).get<List<Task>>('/tasks?limit=1')
    page.on('request', (r) => {
      const url = new URL(r.url())
      // The stream stays open, and a page that follows another is asked for as that was.
      if (r.method() === 'GET' && url.pathname.startsWith('/api/v1/') && !url.searchParams.has('cursor'))
        asked.add(plain(url))
    })
    const some = [
      ...requests.slice(0, 1).map((r) => `/requests/${r.id}`),
      ...tasks.map((t) => `/tasks/${t.id}`),
    ]
    for (const path of [...paths, ...some]) {
      await page.goto(path)
      await settled(page)
    }
    await page.context().close()
  }
  asked.delete('/stream')
  const file = await readFile(new URL('../../bench/calls.txt', import.meta.url), 'utf8')
  expect([...asked].sort().join('\n')).toBe(file.trim())
})
