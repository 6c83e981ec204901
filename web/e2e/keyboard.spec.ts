// The main job without a mouse, and on a phone; and a source that suddenly shows a tenth of its people.
import type { Page as Tab } from '@playwright/test'
import type { AccessRequest } from '../src/api/types'
import { api, as, desktop, expect, expectNoFaults, phone, settled, test } from './world'

/** tabTo presses Tab until what has the focus is called so. It fails where the focus cannot be seen. */
async function tabTo(page: Tab, name: RegExp) {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(() => {
      const e = document.activeElement as HTMLElement | null
      if (!e || e === document.body) return undefined
      const labels = (e as HTMLInputElement).labels
      const by = (e.getAttribute('aria-labelledby') ?? '')
        .split(' ')
        .map((id) => document.getElementById(id)?.textContent ?? '')
      const text =
        e.getAttribute('aria-label') ??
        [...by, ...[...(labels ?? [])].map((l) => l.textContent), e.textContent].filter(Boolean).join(' ')
      const box = e.getBoundingClientRect()
      return { text, seen: box.bottom > 0 && box.top < window.innerHeight }
    })
    if (at && name.test(at.text)) {
      expect(at.seen, `${name} has the focus but is outside the window`).toBe(true)
      return
    }
  }
  throw new Error(`Tab never reaches ${name}`)
}

test('ask, decide and end by keyboard alone', async ({ browser }) => {
  test.setTimeout(90_000)
  const employee = await as(browser, 'employee', desktop)
  await employee.goto('/')
  await employee.getByRole('heading', { level: 1 }).waitFor()
  await employee.keyboard.press('n')
  await expect(employee.getByRole('combobox', { name: /What do you need/ })).toBeFocused()
  await employee.keyboard.type('wiki')
  await expect(employee.getByRole('option', { name: /Wiki/ }).first()).toBeVisible()
  await employee.keyboard.press('ArrowDown')
  await employee.keyboard.press('Enter')
  await tabTo(employee, /Why\?/)
  const reason = `By keyboard (${Date.now()})`
  await employee.keyboard.type(reason)
  await tabTo(employee, /Send request/)
  await employee.keyboard.press('Enter')
  await expect(employee).toHaveURL(/\/requests\/req_/)
  const id = employee.url().split('/').pop() as string

  const lead = await as(browser, 'lead', desktop)
  await lead.goto('/')
  await lead.getByRole('heading', { level: 1 }).waitFor()
  await lead.keyboard.press('g')
  await lead.keyboard.press('a')
  await expect(lead).toHaveURL(/\/approvals/)
  const card = lead.locator(`#card-${id}`)
  await expect(card).toContainText(reason)
  for (let i = 0; i < 40 && !(await card.evaluate((e) => e === document.activeElement)); i++)
    await lead.keyboard.press(i === 0 ? 'j' : 'k') // the newest is the first
  await expect(card).toBeFocused()
  await lead.keyboard.press('a')
  if (await card.getByRole('button', { name: /^Approve anyway/ }).isVisible()) await lead.keyboard.press('a')
  await expect(card).toBeHidden()
  await lead.keyboard.press('g')
  await lead.keyboard.press('h')

  await expect(employee.getByText(/Active|You have it/).first()).toBeVisible({ timeout: 10_000 })
  await tabTo(employee, /^End access/)
  await employee.keyboard.press('Enter')
  await expect(employee.getByRole('dialog')).toBeVisible()
  await tabTo(employee, /Why/)
  await employee.keyboard.type('Done writing')
  await tabTo(employee, /^End access/)
  await employee.keyboard.press('Enter')
  await expect(employee.getByText(/Ended/).first()).toBeVisible({ timeout: 5_000 })
  for (const p of [employee, lead]) expectNoFaults(p)
})

test('ask and approve on a phone', async ({ browser }) => {
  const teammate = await as(browser, 'teammate', phone)
  await teammate.goto('/catalogue/wiki')
  await settled(teammate) // what arrives late moves what a finger is on
  await teammate
    .getByRole('button', { name: /Request/ })
    .first()
    .tap()
  const dialog = teammate.getByRole('dialog', { name: 'Request access' })
  await dialog.getByRole('radio', { name: '7 days' }).check()
  await dialog.getByLabel(/Why\?/).fill('On the way')
  await dialog.getByRole('button', { name: 'Send request' }).tap()
  await expect(teammate).toHaveURL(/\/requests\/req_/)
  const id = teammate.url().split('/').pop() as string
  const lead = await as(browser, 'lead', phone)
  await lead.goto('/approvals')
  const approve = lead.locator(`#card-${id}`).getByRole('button', { name: /^Approve/ })
  const box = await approve.boundingBox()
  expect(box?.height, 'a finger needs 44 pixels').toBeGreaterThanOrEqual(44)
  await approve.tap()
  if (await approve.isVisible()) await approve.tap() // what was denied before asks twice
  await expect(lead.locator(`#card-${id}`)).toBeHidden()
  await lead.goto('/')
  const { get } = api(lead.context())
  await expect
    .poll(async () => (await get<AccessRequest>(`/requests/${id}`)).state, { timeout: 10_000 })
    .toBe('approved')
  // As it was, for those who ask for the same after this.
  const { grant_id } = await get<AccessRequest>(`/requests/${id}`)
  await api(teammate.context()).post(`/grants/${grant_id}/end`, { reason: 'Read it.' })
  for (const p of [teammate, lead]) expectNoFaults(p)
})

test('a source that suddenly shows a tenth of its people takes nobody away unseen', async ({ browser }) => {
  const page = await as(browser, 'admin', desktop)
  const active = async () =>
    (await api(page.context()).get<{ total: number }>('/users?limit=1&total=true')).total
  const before = await active()
  expect(before).toBeGreaterThan(100)
  await page.goto('/admin/import')
  await page.getByLabel(/Or paste it/).fill('login,name\nadmin,Someone\nlead,Someone Else\nnew.one,New One')
  await page.getByRole('button', { name: 'Preview' }).click()
  await expect(page.getByText(/\d+ of \d+ people/).first()).toBeVisible()
  const apply = page.getByRole('button', { name: /^Apply \d+ changes/ })
  await expect(apply).toBeDisabled()
  // Only somebody who says that they have looked may do it; here nobody does.
  const sure = page.getByRole('checkbox', { name: /these people really are gone/ })
  await sure.check()
  await expect(apply).toBeEnabled()
  await sure.uncheck()
  await expect(apply).toBeDisabled()
  expect(await active()).toBe(before)
  expectNoFaults(page)
})
