// The main job through the page: ask, decide twice, set up by hand, hold, end. Every open page follows without a reload.
import type { AccessRequest } from '../src/api/types'
import { api, as, desktop, expect, expectNoFaults, test } from './world'

test('ask for the VPN, decide on it, set it up and end it', async ({ browser }) => {
  test.setTimeout(90_000)
  const employee = await as(browser, 'employee', desktop)
  const lead = await as(browser, 'lead', desktop)
  const security = await as(browser, 'security', desktop)

  // The dialog says before sending who decides.
  await employee.goto('/?ask=vpn')
  const dialog = employee.getByRole('dialog', { name: 'Request access' })
  const outcome = dialog.getByRole('region', { name: 'What will happen' })
  await expect(outcome.getByText('Who decides')).toBeVisible()
  const name = await dialog.getByRole('combobox', { name: /What do you need/ }).inputValue()
  await dialog.getByRole('radio', { name: '7 days' }).check()
  const reason = `Travelling to the Vienna office (${Date.now()})`
  await dialog.getByLabel(/Why\?/).fill(reason)

  // The lead has the inbox open; what comes shows up by itself.
  await lead.goto('/approvals')
  await expect(lead.getByRole('heading', { level: 1, name: 'Approvals' })).toBeVisible()
  await dialog.getByRole('button', { name: 'Send request' }).click()
  await expect(employee).toHaveURL(/\/requests\/req_/)
  const id = employee.url().split('/').pop() as string
  await expect(employee.getByRole('list', { name: 'Progress' })).toContainText(/Waiting for/)
  const card = lead.locator(`#card-${id}`)
  await expect(card).toContainText(reason, { timeout: 2_000 })

  // The lead approves by keyboard and takes it back; then approves and leaves the page.
  await card.focus()
  await lead.keyboard.press('a')
  await expect(lead.getByText(/^Approving /)).toBeVisible()
  await expect(card).toBeHidden()
  await lead.keyboard.press('z')
  await expect(card).toBeVisible()
  expect(
    (await api(lead.context()).get<AccessRequest>(`/requests/${id}`)).stages?.[0]?.votes ?? [],
  ).toHaveLength(0)
  await card.focus()
  await lead.keyboard.press('a')
  await lead.goto('/')
  await expect(employee.getByRole('list', { name: 'Progress' })).toContainText(/Approved by/, {
    timeout: 4_000,
  })

  // Security decides on the request's own page, for shorter.
  await security.goto(`/requests/${id}`)
  await security.getByRole('button', { name: 'Approve for shorter' }).click()
  await security.getByRole('radio', { name: '1 day', exact: true }).check()
  await security.getByRole('button', { name: 'Approve for 1 day' }).click()
  await security.goto('/')
  await expect(employee.getByText('Being granted').first()).toBeVisible({ timeout: 5_000 })

  // The group IT sets it up by hand.
  const it = await as(browser, 'it', desktop)
  const request = await api(it.context()).get<AccessRequest>(`/requests/${id}`)
  const task = request.task_ids?.[0] as string
  await api(it.context()).post(`/tasks/${task}/claim`)
  await api(it.context()).post(`/tasks/${task}/complete`, { evidence: 'Added to the VPN group.' })
  await expect(employee.getByRole('list', { name: 'Progress' })).toContainText(/Granted/, { timeout: 5_000 })

  // The holder ends it.
  await employee.getByRole('button', { name: 'End access' }).click()
  const confirm = employee.getByRole('dialog', { name: new RegExp(`access to ${name}`) })
  await confirm.getByLabel(/Why/).fill('Back home')
  await confirm.getByRole('button', { name: 'End access' }).click()
  await expect(employee.getByText(/Being removed|Ended/).first()).toBeVisible({ timeout: 5_000 })
  for (const page of [employee, lead, security, it]) expectNoFaults(page)
})

test('a denial needs a sentence, and the second press is told who decided', async ({ browser }) => {
  const teammate = await as(browser, 'teammate', desktop)
  const lead = await as(browser, 'lead', desktop)
  const made = await api(teammate.context()).post<AccessRequest>('/requests', {
    resource: 'wiki',
    duration: 'P3D',
    reason: 'To write down what I learnt.',
  })
  await lead.goto('/approvals')
  const card = lead.locator(`#card-${made.id}`)
  await card.getByRole('button', { name: /^Deny/ }).click()
  await card.getByRole('button', { name: 'Deny', exact: true }).click()
  await expect(card.getByText('A denial needs a sentence.')).toBeVisible()
  await card.getByRole('textbox').fill('The handbook is enough for now.')
  await card.getByRole('button', { name: 'Deny', exact: true }).click()
  await expect(card).toBeHidden()
  await lead.goto('/')
  await teammate.goto(`/requests/${made.id}`)
  await expect(teammate.getByText('The handbook is enough for now.')).toBeVisible()
  await expect(teammate.getByText('Denied', { exact: true })).toBeVisible()

  const again = await lead.context().request.post(`/api/v1/requests/${made.id}/votes`, {
    data: { vote: 'approve', version: made.version },
  })
  expect(again.status()).toBe(409)
  expectNoFaults(lead)
})

test('the laptop asks for its form, and keeps the address from who may not read it', async ({ browser }) => {
  const employee = await as(browser, 'employee', desktop)
  await employee.goto('/?ask=laptop')
  const dialog = employee.getByRole('dialog', { name: 'Request access' })
  await dialog.getByRole('button', { name: 'Send request' }).click()
  const model = dialog.getByRole('combobox', { name: /Model/i })
  await expect(model).toBeFocused()
  await model.selectOption({ index: 1 })
  await dialog.getByLabel(/Where to send it/).fill('Ring 1, Vienna')
  await dialog.getByLabel(/Why\?/).fill('Mine is seven years old.')
  await dialog.getByRole('button', { name: 'Send request' }).click()
  await expect(employee).toHaveURL(/\/requests\/req_/)
  await expect(employee.locator('#main').getByText('Ring 1, Vienna')).toBeVisible()
  const teammate = await as(browser, 'teammate', desktop)
  await teammate.goto(new URL(employee.url()).pathname)
  await expect(teammate.getByText('Not shown to you')).toBeVisible()
  await expect(teammate.getByText('Ring 1, Vienna')).toHaveCount(0)
  await employee.getByRole('button', { name: 'Cancel request' }).click()
  await employee.getByRole('dialog').getByRole('button', { name: 'Cancel request' }).click()
  await expect(employee.getByText('Cancelled', { exact: true }).first()).toBeVisible()
  expectNoFaults(employee)
})
