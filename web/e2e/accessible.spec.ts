// Every page, in light and dark, on a desktop and on a phone: no finding of axe, nothing wider than the window, no
// breach of the content security policy.
import type { AccessRequest, Page as List } from '../src/api/types'
import { api, as, desktop, expectAccessible, expectNoFaults, type Persona, phone, test } from './world'

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
      '/nowhere',
      '/catalogue',
      '/access',
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
      '/people/lead?compare=employee',
    ],
  ],
  ['owner', ['/access?view=owned', '/catalogue/github', '/catalogue/github.engineering']],
  ['it', ['/tasks', '/catalogue/reset-mfa']],
  [
    'admin',
    [
      '/admin',
      '/admin/catalogue',
      '/admin/catalogue/new',
      '/admin/connections',
      '/admin/connections/new',
      '/admin/import',
      '/admin/audit',
      '/admin/tokens',
      '/admin/sessions',
      '/admin/rights',
      '/access?view=all',
    ],
  ],
]

// The trace of so many pages would cost more than the pages.
test.use({ trace: 'off' })

for (const size of ['desktop', 'phone'] as const)
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [persona, paths] of places) {
      // Both sizes and both themes everywhere, each pair of them on the pages of every day.
      if (persona !== 'lead' && (size === 'phone') !== (colorScheme === 'dark')) continue
      test(`${persona}, ${size}, ${colorScheme}`, async ({ browser }) => {
        test.setTimeout(180_000)
        const page = await as(browser, persona, { ...(size === 'phone' ? phone : desktop), colorScheme })
        // One request in each state there is.
        const { items } = await api(page.context()).get<List<AccessRequest>>('/requests?limit=100')
        const byState = new Map(items.map((r) => [r.state, `/requests/${r.id}`]))
        for (const path of persona === 'lead' ? [...paths, ...byState.values()] : paths) {
          await page.goto(path)
          await expectAccessible(page, `${path} as ${persona}`)
        }
        expectNoFaults(page)
        await page.context().close()
      })
    }

test('the sign-in page', async ({ page }) => {
  await page.goto('/sign-in')
  await page.getByRole('button', { name: /Signs in as employee\b/ }).waitFor()
  await expectAccessible(page, '/sign-in')
})
