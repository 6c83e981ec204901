// Every page, in light and dark, on a desktop and on a phone: no finding of axe, nothing wider than the window, no
// breach of the content security policy.
import type { AccessRequest, Page as List } from '../src/api/types'
import { api, as, desktop, expectAccessible, expectNoFaults, type Persona, phone, test } from './world'

const places: [persona: Persona, paths: string[]][] = [
  [
    'lead',
    ['/', '/approvals', '/requests?view=all', '/messages', '/away', '/?ask=vpn', '/?ask=laptop', '/nowhere'],
  ],
]

for (const size of ['desktop', 'phone'] as const)
  for (const colorScheme of ['light', 'dark'] as const)
    test(`${size}, ${colorScheme}`, async ({ browser }) => {
      test.setTimeout(120_000)
      for (const [persona, paths] of places) {
        const page = await as(browser, persona, { ...(size === 'phone' ? phone : desktop), colorScheme })
        const { items } = await api(page.context()).get<List<AccessRequest>>('/requests?limit=100')
        // One request in each state there is.
        const byState = new Map((items ?? []).map((r) => [r.state, r.id]))
        for (const path of [...paths, ...[...byState.values()].map((id) => `/requests/${id}`)]) {
          await page.goto(path)
          await expectAccessible(page, `${path} as ${persona}`)
        }
        expectNoFaults(page)
        await page.context().close()
      }
    })

test('the sign-in page', async ({ page }) => {
  await page.goto('/sign-in')
  await page.getByRole('button', { name: /Signs in as employee\b/ }).waitFor()
  await expectAccessible(page, '/sign-in')
})
