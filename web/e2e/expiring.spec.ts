// What ends soon: found by filters, renewed many at once within each row's limit, fixed, taken back, marked, kept as a view.
import type { Expiring, Grant, Page as List, Tag } from '../src/api/types'
import { api, as, desktop, everyLook, expect, expectNoFaults, settled, test } from './world'

test('an owner renews what ends, fixes what was too long, takes it back, and marks what is not needed', async ({
  browser,
}) => {
  test.setTimeout(240_000)
  const admin = await as(browser, 'admin', desktop)
  const call = api(admin.context())
  const name = `Kiln ${Date.now()}`
  const app = await call.post<{ slug: string }>('/resources', { kind: 'app', name, owners: ['owner'] })
  const strict = await call.post<{ slug: string }>('/resources', {
    kind: 'app',
    name: `${name} strict`,
    owners: ['owner'],
  })
  const tag = await call.post<Tag>('/tags', {
    name: `Ten days ${Date.now()}`,
    constraints: { member_time_limit: 'P10D' },
  })
  const put = await admin.context().request.put(`/api/v1/resources/${strict.slug}/tags/${tag.id}`)
  expect(put.ok()).toBe(true)
  for (const [subject, resource] of [
    ['employee', app.slug],
    ['teammate', app.slug],
    ['lead', strict.slug],
  ])
    await call.post<Grant>('/grants', { subject, resource, duration: 'P5D', reason: 'for the season' })

  const page = await as(browser, 'owner', desktop)
  await page.goto(`/access?view=expiring&scope=owned&q=${encodeURIComponent(name)}`)
  await expect(page.getByText('3 grants end.')).toBeVisible()
  const boxes = page.locator('tbody').getByRole('checkbox')
  await boxes.nth(0).click()
  await boxes.nth(2).click({ modifiers: ['Shift'] })
  await expect(page.getByText('3 selected')).toBeVisible()
  await everyLook(page, 'what ends, selected')

  await page.keyboard.press('r')
  const dialog = page.getByRole('dialog', { name: 'Renew 3 grants' })
  await expect(dialog.getByText('1 of 3 allow less than that.')).toBeVisible()
  await expect(dialog.getByText(`At most 10 days: the tag ${tag.name} on ${name} strict`)).toBeVisible()
  await settled(page)
  await everyLook(page, 'renewing, each row with its limit')
  await dialog.getByLabel(/Why\?/).fill('The season goes on.')
  await dialog.getByRole('button', { name: 'Renew 3' }).click()

  const result = page.getByRole('region', { name: 'Result' })
  await expect(result.getByText('2 renewed, 1 refused.')).toBeVisible()
  await expect(result.getByText('may be had for at most 10 days')).toBeVisible()
  await everyLook(page, 'what became of each')
  await result.getByRole('button', { name: /Fix: 10 days/ }).click()
  const fix = page.getByRole('dialog', { name: /^Renew/ })
  await expect(fix.getByText('It is renewed for 10 days.')).toBeVisible()
  await fix.getByRole('button', { name: 'Renew', exact: true }).click()
  await expect(result.getByText('1 renewed.')).toBeVisible()
  const ends = async () => {
    const { items } = await api(page.context()).get<List<Expiring>>(
      `/grants/expiring?scope=owned&q=${encodeURIComponent(name)}`,
    )
    return items.map((e) => Math.round((Date.parse(e.grant.ends_at ?? '') - Date.now()) / 86_400_000))
  }
  expect(await ends()).toEqual([10, 30, 30])
  // What undoing does is said before: nothing is changed until it is confirmed.
  await result.getByRole('button', { name: 'Undo…' }).click()
  const undo = page.getByRole('dialog', { name: 'Undo this renewal?' })
  await expect(undo.getByText('Would be taken back: 1')).toBeVisible()
  await expect(undo.getByText('1 shorter')).toBeVisible()
  await expect(undo.getByText(/^Cannot be/)).toHaveCount(0)
  await everyLook(page, 'what undoing would do')
  await undo.getByRole('button', { name: 'Leave it' }).click()
  expect(await ends()).toEqual([10, 30, 30])
  await result.getByRole('button', { name: 'Undo…' }).click()
  await undo.getByRole('button', { name: 'Take back 1' }).click()
  await expect(result.getByText('1 taken back.')).toBeVisible()
  expect(await ends()).toEqual([5, 30, 30])
  await expect(page.locator('tbody tr').first()).toContainText(/in [45] days/)

  // A mark is shown, and the filter finds it.
  await boxes.first().click()
  await page.getByRole('button', { name: 'Do not renew' }).click()
  const asks = page.getByRole('dialog')
  await asks.getByLabel(/Why\?/).fill('Moves on.')
  await asks.getByRole('button', { name: 'Do not renew' }).click()
  await expect(result.getByText('1 marked.')).toBeVisible()
  await page.getByRole('button', { name: 'Close the result' }).click()
  await page.getByLabel('Reviewed', { exact: true }).selectOption('true')
  await expect(page.getByText('1 grant ends.')).toBeVisible()
  await expect(page.locator('tbody').getByText(/Not to be renewed/)).toBeVisible()

  // The filters are kept under a name.
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('menuitem', { name: 'Save these filters…' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('Kilns that go')
  await page.getByRole('dialog').getByRole('button', { name: 'Save view' }).click()
  await page.goto('/access?view=expiring')
  await settled(page)
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('menuitem', { name: 'Kilns that go' }).click()
  await expect(page).toHaveURL(/reviewed=true/)
  await expect(page.getByText('1 grant ends.')).toBeVisible()

  // Of what was changed since, it says that it cannot be taken back.
  await page.goto(`/access?view=expiring&scope=owned&within=any&q=${encodeURIComponent(name)}`)
  await boxes.nth(1).click()
  await boxes.nth(2).click()
  await page.keyboard.press('r')
  const again = page.getByRole('dialog', { name: 'Renew 2 grants' })
  await again.getByLabel(/Why\?/).fill('Two more weeks.')
  await again.getByRole('radio', { name: '90 days' }).check()
  await again.getByRole('button', { name: 'Renew 2' }).click()
  await expect(result.getByText('2 renewed.')).toBeVisible()
  const { items } = await api(page.context()).get<List<Expiring>>(
    `/grants/expiring?scope=owned&q=${encodeURIComponent(name)}&limit=10`,
  )
  const ended = items.find((e) => e.grant.resource.slug === app.slug)?.grant.id
  await api(page.context()).post(`/grants/${ended}/end`, { reason: 'not needed after all' })
  await result.getByRole('button', { name: 'Undo…' }).click()
  await expect(undo.getByText('Would be taken back: 1')).toBeVisible()
  await expect(undo.getByText('Cannot be: 1')).toBeVisible()
  await expect(undo.getByText(/changed again since/)).toBeVisible()
  await everyLook(page, 'what undoing cannot do')
  await undo.getByRole('button', { name: 'Take back 1' }).click()
  await expect(result.getByText('1 taken back, 1 refused.')).toBeVisible()
  expectNoFaults(page)
  expectNoFaults(admin)
})
