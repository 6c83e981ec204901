// Something new is asked for where a search finds nothing, edited by who decides, and both forms stay.
import type { AccessRequest, Resource } from '../src/api/types'
import { api, as, everyLook, expect, expectAccessible, expectNoFaults, test } from './world'

test.describe.configure({ timeout: 180_000 })

test('an app is asked for where the search finds nothing, edited while it is approved, and made', async ({
  browser,
}) => {
  const page = await as(browser, 'employee')
  await page.goto('/catalogue?q=Telescope')
  await page.getByRole('button', { name: 'Ask that it is made' }).click()
  const dialog = page.getByRole('dialog', { name: 'Ask for something new' })
  await expect(dialog.getByLabel('Name', { exact: true })).toHaveValue('Telescope')
  const outcome = dialog.getByRole('region', { name: 'What will happen' })
  await expect(outcome).toContainText('Admins')
  await dialog.getByRole('button', { name: 'Send request' }).click()
  await expect(dialog.getByText('Say what it is for.')).toBeVisible()
  // A name that is taken is said before it is sent.
  await dialog.getByLabel('Name', { exact: true }).fill('Wiki')
  await expect(dialog.getByText(/called "Wiki" already/)).toBeVisible()
  await dialog.getByLabel('Name', { exact: true }).fill('Telescope')
  await expect(dialog.getByText(/called "Wiki" already/)).toHaveCount(0)
  await dialog.getByRole('button', { name: 'Add a part' }).click()
  await dialog.getByLabel('Part 1', { exact: true }).fill('Observers')
  await dialog.getByLabel('Members', { exact: true }).fill('teammate')
  await page.getByRole('option').first().click()
  await dialog.getByLabel('Why?').fill('To look further')
  await everyLook(page, 'asking for something new')
  await page.setViewportSize({ width: 1280, height: 800 })
  await dialog.getByRole('button', { name: 'Send request' }).click()
  await expect(page).toHaveURL(/\/requests\/req_/)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('asks for the new app Telescope')
  const id = page.url().split('/').pop() ?? ''
  expectNoFaults(page)

  const admin = await as(browser, 'admin')
  await admin.goto('/approvals?kind=create')
  const card = admin.getByRole('listitem', { name: /asks for the new app Telescope/ })
  await expect(card).toContainText('with Observers')
  await expectAccessible(admin, 'a card of something new')
  await card.getByRole('link', { name: /^Edit: / }).click()
  const edit = admin.getByRole('dialog', { name: 'Edit what is asked for' })
  const effect = edit.getByRole('region', { name: 'What your approval would do' })
  await expect(effect.getByText(/gained/).first()).toBeVisible()
  await edit.getByLabel('Short name').fill('observatory')
  // Nobody puts themselves in: what would be refused is said before it is pressed.
  await edit.getByLabel('Owners', { exact: true }).fill('admin')
  await admin.getByRole('option').first().click()
  await expect(effect.getByText(/nobody decides about their own/i)).toBeVisible()
  await edit.getByRole('list', { name: 'Owners: chosen' }).getByRole('button').last().click()
  await expect(effect.getByText(/gained/).first()).toBeVisible()
  await expectAccessible(admin, 'editing something new')
  await edit.getByRole('button', { name: 'Use these changes' }).click()
  await admin.getByRole('button', { name: 'Approve as edited' }).click()
  await admin.goto('/approvals') // leaving the page sends it at once
  const server = api(page.context())
  await expect
    .poll(async () => (await server.get<AccessRequest>(`/requests/${id}`)).state, { timeout: 15_000 })
    .toBe('approved')
  expectNoFaults(admin)

  await page.goto(`/requests/${id}`)
  const changed = page.getByRole('table', { name: 'What was changed' })
  await expect(changed.getByRole('row', { name: /Short name/ })).toContainText('telescope')
  await expect(changed.getByRole('row', { name: /Short name/ })).toContainText('observatory')
  await expect(page.getByText('What it gives')).toHaveCount(0) // an app gives nothing: no row without a value
  await expectAccessible(page, 'what was asked and what was made')
  await page.getByRole('main').getByRole('link', { name: 'Telescope' }).last().click()
  await expect(page).toHaveURL(/\/catalogue\/observatory/)
  const made = await server.get<Resource>('/resources/observatory')
  expect(made.owners?.map((o) => o.login)).toEqual(['employee'])
  await admin.request.delete(`/api/v1/resources/${made.id}`)
  expectNoFaults(page)
})

test('an admin says who decides about new groups, and those who ask see it', async ({ browser }) => {
  const admin = await as(browser, 'admin')
  await admin.goto('/admin/new-things')
  await admin.getByRole('button', { name: 'Change who decides about new groups' }).click()
  await admin.getByRole('radio', { name: 'Stages' }).check()
  await expectAccessible(admin, 'who decides about new things')
  await admin.getByRole('button', { name: 'Cancel' }).click()
  await admin.request.put('/api/v1/creation-rules/group', {
    data: { flow: { stages: [{ name: 'Security', approvers: ['group:security'] }] } },
  })
  const page = await as(browser, 'employee')
  await page.goto('/?new=group&named=Chess')
  await expect(page.getByRole('dialog').getByRole('region', { name: 'What will happen' })).toContainText(
    'Security',
  )
  await admin.request.put('/api/v1/creation-rules/group', { data: {} })
  expectNoFaults(admin)
  expectNoFaults(page)
})

test('a new app is asked for a group only; who decides lets another group find it, and nobody else does', async ({
  browser,
}) => {
  const page = await as(browser, 'employee')
  await page.goto('/?new=app&named=Launchpad')
  const dialog = page.getByRole('dialog', { name: 'Ask for something new' })
  const audience = dialog.getByLabel('Who may find and request it')
  await audience.fill('launch')
  await page.getByRole('option', { name: /Launch team/ }).click()
  // Who is not in the group cannot be a member: said before it is sent.
  await dialog.getByLabel('Members', { exact: true }).fill('teammate')
  await page.getByRole('option').first().click()
  await expect(dialog.getByText(/is not in Launch team, for whom it is meant/)).toBeVisible()
  await everyLook(page, 'something new for a group')
  await page.setViewportSize({ width: 1280, height: 800 })
  await dialog.getByRole('list', { name: 'Members: chosen' }).getByRole('button').click()
  await expect(dialog.getByText(/is not in Launch team/)).toHaveCount(0)
  await dialog.getByLabel('Why?').fill('To get off the ground')
  await dialog.getByRole('button', { name: 'Send request' }).click()
  await expect(page).toHaveURL(/\/requests\/req_/)
  const id = page.url().split('/').pop() ?? ''
  await expect(page.getByText('Only Launch team')).toBeVisible()

  const admin = await as(browser, 'admin')
  await admin.goto('/approvals?kind=create')
  const card = admin.getByRole('listitem', { name: /asks for the new app Launchpad/ })
  await expect(card).toContainText('only for Launch team')
  await card.getByRole('link', { name: /^Edit: / }).click()
  const edit = admin.getByRole('dialog', { name: 'Edit what is asked for' })
  await expect(edit.getByLabel('Who may find and request it')).toHaveValue('Launch team')
  await edit.getByLabel('Who may find and request it').fill('on-call')
  await admin.getByRole('option', { name: /On call/ }).click()
  await edit.getByRole('button', { name: 'Use these changes' }).click()
  await admin.getByRole('button', { name: 'Approve as edited' }).click()
  await admin.goto('/approvals')
  const server = api(page.context())
  await expect
    .poll(async () => (await server.get<AccessRequest>(`/requests/${id}`)).state, { timeout: 15_000 })
    .toBe('approved')
  await page.goto(`/requests/${id}`)
  const row = page.getByRole('table', { name: 'What was changed' }).getByRole('row', { name: /Who may find/ })
  await expect(row).toContainText('Launch team')
  await expect(row).toContainText('On call')

  // In the group one finds it; outside nobody does.
  const inside = await as(browser, 'teammate')
  await inside.goto('/catalogue?q=Launchpad')
  await expect(inside.getByRole('list', { name: 'Catalogue' })).toContainText('Launchpad')
  const outside = await as(browser, 'lead')
  await outside.goto('/catalogue?q=Launchpad')
  await expect(outside.getByText('Nothing in the catalogue matches')).toBeVisible()
  for (const p of [page, admin, inside, outside]) expectNoFaults(p)
})
