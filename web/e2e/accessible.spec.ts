// Every page, in light and dark, on a desktop and on a phone: no finding of axe, nothing wider than the window, no
// breach of the content security policy.
import type { Page as Tab } from '@playwright/test'
import type { AccessRequest, Page as List, Task } from '../src/api/types'
import {
  api,
  as,
  desktop,
  everyLook,
  expect,
  expectAccessible,
  expectNoFaults,
  type Persona,
  phone,
  test,
} from './world'

const places: [persona: Persona, paths: string[]][] = [
  [
    'lead',
    [
      '/',
      '/approvals',
      '/requests?view=all',
      '/messages',
      '/away',
      '/?ask=vpn',
      '/?ask=laptop',
      '/?new=app',
      '/?new=role&named=Night%20watch',
      '/nowhere',
      '/catalogue',
      '/access',
      '/access?view=expiring',
      '/access?view=had',
      '/access?view=roles',
    ],
  ],
  [
    'employee',
    [
      '/',
      '/approvals',
      '/access',
      '/catalogue/vpn',
      '/people',
      '/people/lead',
      '/people/lead?view=drawing',
      '/history',
      '/compare',
      '/compare?users=employee,teammate,lead',
      '/compare?users=employee,teammate&at=2026-06-01',
    ],
  ],
  [
    'owner',
    [
      '/access?view=owned',
      '/access?view=expiring&scope=owned',
      '/catalogue/github',
      '/catalogue/aws?tab=map&view=drawing',
      '/catalogue/github.engineering',
    ],
  ],
  ['it', ['/tasks', '/catalogue/reset-mfa']],
  [
    'admin',
    [
      '/admin',
      '/admin/catalogue',
      '/admin/catalogue/new',
      '/admin/tags',
      '/admin/roles',
      '/admin/orphans',
      '/admin/new-things',
      '/admin/holidays',
      '/roles/new?people=employee,teammate&resources=vpn',
      '/roles/new?action=split&role=backend-engineer',
    ],
  ],
  [
    'admin',
    [
      '/admin/connections',
      '/admin/connections/new',
      '/admin/import',
      '/admin/audit',
      '/admin/tokens',
      '/admin/sessions',
      '/admin/rights',
      '/people/lead?tab=data',
      '/access?view=all',
      '/access?view=expiring&scope=all&within=any&app=github',
    ],
  ],
  [
    'auditor',
    [
      '/history?person=employee&columns=person,resource,reason,given_by,ended_by,department',
      '/history?app=github&at=2026-06-01T12:00',
      '/evidence?from=2026-01-01T00:00:00Z&to=2026-12-31T00:00:00Z&figure=requests-denied',
    ],
  ],
]

// The trace of so many pages would cost more than the pages.
test.use({ trace: 'off' })
test.describe.configure({ timeout: 360_000 })

for (const [persona, paths] of places)
  test(`the pages of ${persona}, from ${paths[0]}`, async ({ browser }) => {
    const page = await as(browser, persona, desktop)
    for (const path of paths) {
      await page.goto(path)
      await everyLook(page, `${path} as ${persona}`)
    }
    expectNoFaults(page)
    await page.context().close()
  })

test('a request in each state', async ({ browser }) => {
  const page = await as(browser, 'admin', desktop)
  const { items } = await api(page.context()).get<List<AccessRequest>>('/requests?limit=200')
  const byState = new Map(items.map((r) => [r.state, `/requests/${r.id}`]))
  expect(byState.size).toBeGreaterThan(3)
  for (const [state, path] of byState) {
    await page.goto(path)
    await everyLook(page, `a request that is ${state}`)
  }
  expectNoFaults(page)
})

test('a task in each state, a connection, a run of it', async ({ browser }) => {
  const page = await as(browser, 'admin', desktop)
  const { get, post } = api(page.context())
  const { items } = await get<List<Task>>('/tasks?limit=200')
  const byState = new Map(items.map((t) => [t.state, `/tasks/${t.id}`]))
  expect(byState.size).toBeGreaterThan(1)
  for (const [state, path] of byState) {
    await page.goto(path)
    await everyLook(page, `a task that is ${state}`)
  }
  const made = await post<{ id: string }>('/connections', {
    name: 'Head office',
    kind: 'ldap',
    // Right in form; nobody listens there.
    settings: {
      url: 'ldap://127.0.0.1:1',
      bind_dn: 'cn=reader',
      bind_password: 'secret',
      people_base: 'dc=example,dc=org',
    },
  })
  await page.goto(`/admin/connections/${made.id}`)
  await page.getByRole('button', { name: /^Check/ }).click()
  await expect(page.getByText(/does not answer|refused|cannot be reached/i).first()).toBeVisible({
    timeout: 20_000,
  })
  await everyLook(page, 'a connection that does not answer')
  await page.getByRole('button', { name: 'More about Head office' }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  await everyLook(page, 'removing a connection')
  await page.getByRole('dialog').getByRole('button', { name: 'Remove it' }).click()
  await expect(page).toHaveURL(/\/admin\/connections$/)
  expectNoFaults(page)
})

// Each dialog: as whom, where, and how it opens.
const dialogs: [what: string, persona: Persona, path: string, open: (page: Tab) => Promise<unknown>][] = [
  ['all keys', 'employee', '/', (p) => p.keyboard.press('?')],
  ['the palette', 'employee', '/', (p) => p.keyboard.press('Control+k')],
  [
    'denying',
    'lead',
    '/approvals',
    (p) =>
      p
        .getByRole('button', { name: /^Deny: / })
        .first()
        .click(),
  ],
  [
    'why one has it',
    'employee',
    '/access',
    async (p) => {
      await p
        .getByRole('button', { name: /^More about/ })
        .first()
        .click()
      await p.getByRole('menuitem', { name: /Why/ }).click()
    },
  ],
  [
    'renewing',
    'employee',
    '/',
    (p) =>
      p
        .getByRole('button', { name: /^Renew / })
        .first()
        .click(),
  ],
  [
    'adding people',
    'admin',
    '/catalogue/wiki?tab=holders',
    (p) => p.getByRole('button', { name: 'Add people' }).click(),
  ],
  [
    'removing a resource',
    'admin',
    '/catalogue/github?tab=settings',
    (p) =>
      p
        .getByRole('button', { name: /^Remove / })
        .last()
        .click(),
  ],
  ['a tag', 'admin', '/admin/tags', (p) => p.getByRole('button', { name: 'New tag' }).click()],
  ['a token', 'admin', '/admin/tokens', (p) => p.getByRole('button', { name: 'New token' }).click()],
  [
    'an event',
    'auditor',
    '/admin/audit?verb=request.',
    (p) =>
      p
        .getByRole('button', { name: /^Details of / })
        .first()
        .click(),
  ],
  [
    'whoever has a right',
    'admin',
    '/admin/rights',
    (p) => p.getByRole('button', { name: /^Why/ }).first().click(),
  ],
]

test('each dialog', async ({ browser }) => {
  for (const persona of new Set(dialogs.map((d) => d[1]))) {
    const page = await as(browser, persona, desktop)
    for (const [what, who, path, open] of dialogs) {
      if (who !== persona) continue
      await page.goto(path)
      await page.getByRole('heading', { level: 1 }).first().waitFor()
      await open(page)
      if (what !== 'denying') await expect(page.getByRole('dialog').first()).toBeVisible()
      await everyLook(page, what)
    }
    expectNoFaults(page)
    await page.context().close()
  }
})

test('cancelling, replacing approvers, ending: the dialogs of a request', async ({ browser }) => {
  const page = await as(browser, 'admin', desktop)
  const { items } = await api(page.context()).get<List<AccessRequest>>('/requests?state=pending&limit=1')
  for (const button of ['Cancel request', 'Replace approvers']) {
    await page.goto(`/requests/${items[0]?.id}`)
    await page.getByRole('button', { name: button }).click()
    await expect(page.getByRole('dialog')).toBeVisible()
    await everyLook(page, button)
  }
  expectNoFaults(page)
})

// A finger is coarser than a mouse: what depends on that, where people are on the way.
test('pages of every day under a finger', async ({ browser }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await as(browser, 'lead', { ...phone, colorScheme })
    for (const path of ['/', '/approvals', '/catalogue', '/access', '/?ask=vpn', '/requests?view=all']) {
      await page.goto(path)
      await expectAccessible(page, `${path} under a finger, ${colorScheme}`)
    }
    expectNoFaults(page)
    await page.context().close()
  }
})

test('the sign-in page', async ({ page }) => {
  await page.goto('/sign-in')
  await page.getByRole('button', { name: /Signs in as employee\b/ }).waitFor()
  await everyLook(page, '/sign-in')
})
