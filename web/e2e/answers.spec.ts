// What everybody asks of the access: what do I have, what did I lose, who has this, what does a role reach, which do I
// run, what would change; as of any date, on the page where one would look.
import type { Browser } from '@playwright/test'
import type { Access, AccessRequest, Interval, Page as List } from '../src/api/types'
import { endOfDay, localDate, setZone } from '../src/components/zone'
import { api, as, desktop, everyLook, expect, expectNoFaults, settled, test } from './world'

// Each looks at several pages in every look.
test.describe.configure({ timeout: 180_000 })

// Days are those of the people's profiles, wherever the browser is.
setZone('Europe/Berlin')
const day = (ago: number) => localDate(Date.now() - ago * 86_400_000)
const endOf = (d: string) => endOfDay(d) as string

test('what somebody has as of a day, in the table and as a drawing, and nothing can be changed', async ({
  browser,
}) => {
  const page = await as(browser, 'employee', desktop)
  const then = day(40)
  const { items } = await api(page.context()).get<List<Access>>(
    `/users/me/access?limit=200&at=${endOf(then)}`,
  )
  const had = items.filter((a) => a.relation === 'member')
  expect(had.length).toBeGreaterThan(0)
  await page.goto('/people/me')
  await page.getByLabel('As of').fill(then)
  await expect(page.getByText(/^What you had on .* Nothing can be changed here\.$/)).toBeVisible()
  await expect(page).toHaveURL(new RegExp(`at=${then}`))
  await settled(page)
  await expect(page.getByRole('table').getByRole('row')).toHaveCount(had.length + 1)
  await expect(page.getByRole('button', { name: /^End/ })).toHaveCount(0)
  await everyLook(page, 'what somebody had')
  await page.getByRole('radio', { name: 'Drawing' }).check()
  await settled(page)
  await expect(page.getByText(/^What you had on /)).toBeVisible()
  await everyLook(page, 'what somebody had, drawn')

  // The same of "Access", from what I have to what I had; and with a day to come.
  await page.goto('/access')
  await page.getByLabel('As of').fill(then)
  await expect(page.getByRole('tab', { name: 'What I had', selected: true })).toBeVisible()
  await expect(page.getByRole('radio', { name: 'On a day' })).toBeChecked()
  await expect(page.getByRole('table').getByRole('row')).toHaveCount(items.length + 1)
  await everyLook(page, 'what I had on a day')
  await page.getByRole('radio', { name: 'Drawing' }).check()
  await expect(page).toHaveURL(/view=had.*as=drawing/)
  await settled(page)
  await page.goto(`/access?at=${day(-400)}`)
  await expect(page.getByText(/^What you will have on .*, if nothing changes until then\./)).toBeVisible()
  await expect(page.getByRole('button', { name: /^Renew/ })).toHaveCount(0)
  await page.getByRole('button', { name: 'Show now' }).click()
  await expect(page.getByText(/will have on/)).toHaveCount(0)
  expectNoFaults(page)
})

test('comparing people as of a day', async ({ browser }) => {
  const page = await as(browser, 'lead', desktop)
  const then = day(60)
  const { items } = await api(page.context()).get<{ items: unknown[] }>(
    `/compare?users=employee,teammate&at=${endOf(then)}`,
  )
  await page.goto(`/compare?users=employee,teammate&at=${then}`)
  await settled(page)
  await expect(page.getByText(/^What they had on /)).toBeVisible()
  await expect(page.getByRole('radio', { name: `All ${items.length}` })).toBeChecked()
  await expect(page.getByRole('checkbox')).toHaveCount(0)
  await everyLook(page, 'people compared as of a day')
  expectNoFaults(page)
})

test('what one lost is one click away, with when and why, and is asked for again', async ({ browser }) => {
  const admin = await as(browser, 'admin', desktop)
  const server = api(admin.context())
  const thing = await server.post<{ slug: string }>('/resources', {
    kind: 'app',
    name: 'Lathe',
    slug: 'lathe',
    owners: ['lead'],
    durations: { max: 'P90D' },
  })
  const given = await server.post<{ id: string }>('/grants', {
    subject: 'employee',
    resource: thing.slug,
    duration: 'P9D',
    reason: 'a job',
  })
  await server.post(`/grants/${given.id}/end`, { reason: 'the job is done' })
  const page = await as(browser, 'employee', desktop)
  await page.goto('/')
  await page.getByRole('link', { name: 'What I lost' }).click()
  const row = page.getByRole('row').filter({ hasText: 'Lathe' })
  await expect(row).toContainText('The job is done')
  const { items } = await api(page.context()).get<List<Interval>>('/history?person=me&state=lost&limit=200')
  await expect(page.getByRole('table').getByRole('row')).toHaveCount(Math.min(items.length, 100) + 1)
  await everyLook(page, 'what one lost')
  // The addresses of before lead to the same place, which has every end as well.
  await page.goto('/access?view=history')
  await expect(page.getByRole('tab', { name: 'What I had', selected: true })).toBeVisible()
  await expect(page.getByRole('table', { name: 'What I had' })).toContainText('The job is done')
  await page.getByRole('radio', { name: 'On a day' }).check()
  await expect(page.getByText('On which day?')).toBeVisible()
  await everyLook(page, 'which day')
  await page.goto('/access?view=lost')
  await row.getByRole('button', { name: 'Get it back: Lathe' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('Lathe')
  await dialog.getByRole('button', { name: /^(Send|Ask|Request)/ }).click()
  await expect(page.getByRole('heading', { name: /asks for Lathe/ })).toBeVisible()
  const asked = await api(page.context()).get<List<AccessRequest>>(
    '/requests?beneficiary=me&state=pending&resource=lathe',
  )
  expect(asked.items).toHaveLength(1)

  // Whoever decides sees before what an approval brings.
  const lead = await as(browser, 'lead', desktop)
  await lead.goto(`/requests/${asked.items[0]?.id}`)
  await lead.getByText('What approving changes').click()
  await expect(lead.getByText('1 gained')).toBeVisible()
  await expect(lead.getByRole('list', { name: 'What changes' })).toContainText('Lathe')
  await everyLook(lead, 'what approving changes')
  await lead.goto('/approvals')
  const card = lead.getByRole('listitem', { name: /Lathe/ })
  await card.getByText('What approving changes').click()
  await expect(card.getByText('1 gained')).toBeVisible()
  await everyLook(lead, 'what approving changes, on the card')
  // Of somebody else, from their page.
  await lead.goto('/people/employee?tab=lost')
  await expect(lead.getByRole('row').filter({ hasText: 'Lathe' })).toContainText('The job is done')
  await everyLook(lead, 'what somebody lost')
  expectNoFaults(page)
  expectNoFaults(lead)
})

test('an approval that is not the last says who comes next', async ({ browser }) => {
  const asks = await as(browser, 'teammate', desktop)
  const made = await api(asks.context()).post<AccessRequest>('/requests', {
    resource: 'vpn',
    duration: 'P3D',
    reason: 'on call',
  })
  const page = await as(browser, 'lead', desktop)
  await page.goto(`/requests/${made.id}`)
  await page.getByText('What approving changes').click()
  await expect(page.getByText(/It is not the last step\. Then “Security” comes/)).toBeVisible()
  await expect(page.getByText(/Nobody gets anything by your approval alone/)).toBeVisible()
  await api(asks.context()).post(`/requests/${made.id}/cancel`)
  expectNoFaults(page)
})

/** nightShift is a role that the lead runs: one of its members leaves it in nine days, and it gives the wiki. */
async function nightShift(browser: Browser) {
  const { post } = api((await as(browser, 'admin', desktop)).context())
  await post('/resources', { kind: 'role', name: 'Night shift', slug: 'night-shift', owners: ['lead'] })
  for (const [subject, resource, duration] of [
    ['employee', 'night-shift', 'P9D'],
    ['teammate', 'night-shift', 'P60D'],
    ['role:night-shift', 'wiki', 'P60D'],
  ])
    await post('/grants', { subject, resource, duration, reason: 'nights' })
}

test('which roles one runs, and what one of them reaches, now and before', async ({ browser }) => {
  await nightShift(browser)
  const asks = await as(browser, 'it', desktop)
  await api(asks.context()).post('/requests', { resource: 'night-shift', duration: 'P9D', reason: 'me too' })
  const page = await as(browser, 'lead', desktop)
  await page.goto('/')
  const card = page.locator('section, div').filter({ hasText: 'Roles you run' }).last()
  await expect(card).toBeVisible()
  await page.getByRole('link', { name: 'What each gives' }).click()
  const row = page.getByRole('row').filter({ hasText: 'Night shift' })
  for (const text of ['2 people', '1 thing', '1 within 14 days', '1 waiting'])
    await expect(row).toContainText(text)
  await everyLook(page, 'roles that one runs')
  await row.getByRole('link', { name: /1 waiting/ }).click()
  await expect(page.getByRole('row').filter({ hasText: 'Night shift' })).toHaveCount(1)
  await page.goto('/access?view=roles')
  await row.getByRole('link', { name: /1 thing/ }).click()
  await expect(page.getByRole('link', { name: 'Reaches 2 people' })).toBeVisible()
  await expect(page.getByRole('table', { name: 'What Night shift gives' })).toContainText('Wiki')
  await everyLook(page, 'what a role reaches')
  await page.getByRole('radio', { name: 'Drawing' }).check()
  await settled(page)
  await everyLook(page, 'what a role reaches, drawn')
  await page.getByLabel('As of').fill(day(3))
  await expect(page.getByText(/^What Night shift gave on .* Nothing can be changed here\.$/)).toBeVisible()
  await expect(page.getByText('It gave nothing at that moment')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Add what it gives' })).toHaveCount(0)
  await page.getByRole('tab', { name: 'Who has it' }).click()
  await expect(page.getByLabel('As of')).toHaveValue('')
  await page.getByLabel('As of').fill(day(3))
  await expect(page.getByText('Nobody, at that moment')).toBeVisible()
  await everyLook(page, 'who had it')
  expectNoFaults(page)
})

test('an app as of a day', async ({ browser }) => {
  const page = await as(browser, 'auditor', desktop)
  const then = day(30)
  const { items } = await api(page.context()).get<List<unknown>>(
    `/grants?app=aws&limit=200&at=${endOf(then)}`,
  )
  await page.goto(`/catalogue/aws?tab=map&at=${then}`)
  await expect(page.getByText(/^Who had what in .* on /)).toBeVisible()
  await settled(page)
  const held = page.getByRole('table').getByRole('row').filter({ hasNotText: 'Nobody' })
  await expect(held).toHaveCount(items.length + 1)
  await everyLook(page, 'an app as of a day')
  expectNoFaults(page)
})

test('renewing many says before what it changes', async ({ browser }) => {
  await nightShift(browser)
  const page = await as(browser, 'lead', desktop)
  await page.goto('/access?view=expiring&scope=owned&q=Night')
  const box = page.getByRole('row').filter({ hasText: 'Night shift' }).getByRole('checkbox').first()
  await box.check()
  await page.getByRole('button', { name: /^Renew 1$/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('What would change').click()
  await expect(dialog.getByText(/longer/).first()).toBeVisible()
  await everyLook(page, 'what a renewal changes')
  expectNoFaults(page)
})

test('holidays are kept by hand and from a calendar file', async ({ browser }) => {
  const page = await as(browser, 'admin', desktop)
  const year = new Date().getFullYear() + 1
  await page.goto('/admin')
  await page
    .getByRole('link', { name: /^Holidays/ })
    .first()
    .click()
  await expect(page.getByText('There are no holidays')).toBeVisible()
  await page.getByLabel('Day').fill(`${year}-12-24`)
  await page.getByLabel('Name').fill('Christmas Eve')
  await page.getByRole('button', { name: 'Add the day' }).click()
  await expect(page.getByRole('row').filter({ hasText: 'Christmas Eve' })).toContainText(
    `24 December ${year}`,
  )
  const event = (lines: string) =>
    `BEGIN:VEVENT\r\nUID:${lines.length}@example.com\r\n${lines}\r\nEND:VEVENT\r\n`
  await page.getByLabel('Calendar file').setInputFiles({
    name: 'holidays.ics',
    mimeType: 'text/calendar',
    buffer: Buffer.from(
      `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${event(`DTSTART;VALUE=DATE:${year}1224\r\nDTEND;VALUE=DATE:${year}1227\r\nSUMMARY:Christmas`)}${event(`DTSTART:${year}0301T100000Z\r\nSUMMARY:All hands`)}END:VCALENDAR\r\n`,
    ),
  })
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('list', { name: 'Days of the file' }).getByRole('listitem')).toHaveCount(3)
  await expect(dialog).toContainText('in the list already')
  await expect(dialog).toContainText('All hands: it does not last whole days')
  await everyLook(page, 'the days of a calendar file')
  await dialog.getByRole('button', { name: 'Add 2 days' }).click()
  await expect(page.getByRole('table', { name: 'Holidays' }).getByRole('row')).toHaveCount(4)
  await everyLook(page, 'holidays')
  await page.getByRole('button', { name: new RegExp(`^Remove .*24 December ${year}`) }).click()
  await expect(page.getByRole('table', { name: 'Holidays' }).getByRole('row')).toHaveCount(3)
  const { items } = await api(page.context()).get<List<{ day: string }>>('/holidays')
  expect(items.map((h) => h.day)).toEqual([`${year}-12-25`, `${year}-12-26`])
  expectNoFaults(page)
})
