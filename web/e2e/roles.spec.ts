// Roles from people, merged and taken back; people compared, and the difference asked for.
import type { Access, AccessRequest, Page as List } from '../src/api/types'
import { api, as, expect, expectAccessible, expectNoFaults, test } from './world'

test.describe.configure({ timeout: 120_000 })

test('people are compared, made a role of, and the role is taken back', async ({ browser }) => {
  const page = await as(browser, 'admin')
  await page.goto('/compare?users=employee,teammate')
  const table = page.getByRole('table', { name: 'What they have' })
  await expect(table.getByRole('row').nth(1)).toContainText(/of 2/)
  await page.getByRole('link', { name: 'Make a role of this' }).click()
  await page.getByRole('button', { name: 'Make the role' }).click()
  await expect(page.getByText('Give it a name.')).toBeVisible()
  await page.getByLabel('Name of the new role').fill('Night watch')
  await page.getByLabel('What it gives', { exact: true }).fill('datadog')
  await page.getByRole('option').first().click()
  await page.getByLabel(/^Why/).fill('They work the same shift')
  await expect(page.getByText(/gained/)).toBeVisible()
  await expectAccessible(page, 'what a new role does')
  await page.getByRole('button', { name: 'Make the role' }).click()
  await expect(page.getByRole('heading', { name: 'Night watch', level: 1 })).toBeVisible()
  const has = async () =>
    (await api(page.context()).get<List<Access>>('/users/employee/access?limit=200')).items.some(
      (a) => a.resource.slug === 'night-watch',
    )
  expect(await has()).toBe(true)
  await page.goto('/admin/roles')
  await page.getByRole('button', { name: 'Undo: Made the role Night watch' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText(/lost/)).toBeVisible()
  await expectAccessible(page, 'undoing a reorganization')
  await dialog.getByRole('button', { name: 'Undo it' }).click()
  await expect(page.getByText(/^Undone [^:]/)).toBeVisible()
  expect(await has()).toBe(false)
  expectNoFaults(page)
})

test('what others have is asked for at once, each by its own request', async ({ browser }) => {
  const page = await as(browser, 'employee')
  await page.goto('/people/lead')
  await page.getByRole('link', { name: 'Compare with me' }).click()
  const table = page.getByRole('table', { name: 'What they have' })
  await expect(table.getByRole('row').nth(1)).toBeVisible()
  const rows = table.getByRole('row').filter({ hasText: '–' })
  expect(await rows.count()).toBeGreaterThan(1)
  await table.getByRole('checkbox', { name: 'Select all' }).check()
  await page.getByRole('button', { name: /^Ask for / }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Why').fill('To stand in for the lead')
  await expectAccessible(page, 'asking for several things')
  await dialog.getByRole('button', { name: /^Send / }).click()
  const outcome = dialog.getByRole('list', { name: 'What became of them' })
  await expect(outcome.getByRole('link', { name: /Pending|Waiting/ }).first()).toBeVisible()
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click()
  const mine = await api(page.context()).get<List<AccessRequest>>(
    '/requests?requester=me&state=pending&limit=200',
  )
  const asked = mine.items.filter((r) => r.batch_id)
  expect(asked.length).toBeGreaterThan(0)
  // As it was, for the tests that follow.
  for (const r of asked) await api(page.context()).post(`/requests/${r.id}/cancel`, {})
  expectNoFaults(page)
})
