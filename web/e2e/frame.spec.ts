// The frame around the pages: signing in and out, keys, palette, theme, what the server sends with the page.
import { as, desktop, expect, phone, test } from './world'

test('signing in leads to where one wanted to go, signing out ends it', async ({ page }) => {
  await page.goto('/approvals')
  await expect(page).toHaveURL(/\/sign-in\?return_to=/)
  await expect(page.getByRole('button', { name: /Signs in as employee\b/ })).toBeVisible()
  for (const login of ['teammate', 'lead', 'security', 'it', 'owner', 'auditor', 'admin'])
    await expect(page.getByRole('button', { name: new RegExp(`Signs in as ${login}\\b`) })).toBeVisible()
  await page.getByRole('button', { name: /Signs in as lead\b/ }).click()
  await expect(page).toHaveURL(/\/approvals$/)
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/sign-in/)
  await page.goto('/')
  await expect(page).toHaveURL(/\/sign-in/)
})

test('nobody is sent to another site after signing in', async ({ page }) => {
  await page.goto('/sign-in?return_to=//evil.example/x')
  await page.getByRole('button', { name: /Signs in as employee\b/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: /^Good / })).toBeVisible()
  expect(new URL(page.url()).pathname).toBe('/')
})

test('keys move, open the palette and the help, and can be switched off', async ({ browser }) => {
  const page = await as(browser, 'employee', desktop)
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1, name: /^Good / })).toBeVisible()
  await page.keyboard.press('g')
  await page.keyboard.press('a')
  await expect(page).toHaveURL(/\/approvals$/)

  await page.keyboard.press('Control+k')
  const search = page.getByRole('combobox', { name: /Search people/ })
  await expect(search).toBeFocused()
  await search.fill('VPN')
  const hit = page.getByRole('option', { name: /^VPN/ }).first()
  await expect(hit).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(search).toBeHidden()

  await page.keyboard.press('?')
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await help.getByRole('checkbox', { name: /Single keys/ }).uncheck()
  await page.keyboard.press('Escape')
  await expect(help).toBeHidden()
  await page.keyboard.press('g')
  await page.keyboard.press('h')
  await page.waitForTimeout(200)
  await expect(page).toHaveURL(/\/approvals$/)
  await page.keyboard.press('Control+k')
  await expect(search).toBeFocused()
})

test('the theme is a cookie that the server writes into the page', async ({ browser }) => {
  const page = await as(browser, 'employee', { ...desktop, colorScheme: 'light' })
  await page.goto('/')
  await page.getByRole('button', { name: 'Use the dark theme' }).click()
  const html = await (await page.context().request.get('/')).text()
  expect(html).toContain('<html data-theme="dark"')
  await page.reload()
  const background = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  expect(background).toBe('rgb(15, 17, 22)')
})

test('the page is sent with a strict policy, and what is missing is 404', async ({ request }) => {
  const page = await request.get('/', { headers: { Accept: 'application/json' } })
  expect(page.headers()['content-type']).toContain('text/html')
  expect(page.headers()['content-security-policy']).toContain("script-src 'self';")
  expect(page.headers()['content-security-policy']).not.toContain('unsafe')
  expect(page.headers().link).toContain('rel=modulepreload')
  expect((await request.get('/assets/none-123.js')).status()).toBe(404)
  expect(await (await request.get('/robots.txt')).text()).toContain('Disallow: /')
})

test('a phone moves by the bar below', async ({ browser }) => {
  const page = await as(browser, 'lead', phone)
  await page.goto('/')
  const bar = page.getByRole('navigation', { name: 'Places' }).filter({ visible: true })
  await bar.getByRole('link', { name: /Approvals/ }).click()
  await expect(page).toHaveURL(/\/approvals$/)
  await bar.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'People' }).click()
  await expect(page).toHaveURL(/\/people$/)
})

test('messages are marked as read', async ({ browser }) => {
  const page = await as(browser, 'lead', desktop)
  await page.goto('/messages')
  await expect(page.getByRole('heading', { level: 1, name: 'Messages' })).toBeVisible()
})
