// Somebody has left and asks for their data to be erased: an admin does it on their page, and the log still verifies.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { Page as List, User } from '../src/api/types'
import { binary } from './company'
import { api, as, desktop, everyLook, expect, expectNoFaults, test } from './world'

test.describe.configure({ timeout: 180_000 })

test('what is personal about somebody who left is erased, and what they had stays', async ({ browser }) => {
  const page = await as(browser, 'admin', desktop)
  const call = api(page.context())
  const people: User[] = []
  for (let cursor = ''; ; ) {
    const list = await call.get<List<User>>(`/users?limit=200${cursor ? `&cursor=${cursor}` : ''}`)
    people.push(...(list.items ?? []))
    cursor = list.next_cursor ?? ''
    if (!cursor) break
  }
  // The directory's file is the whole list: with Nora, then without.
  const row = (u: Pick<User, 'login' | 'name' | 'email' | 'manager'>) =>
    [u.login, u.name, u.email ?? '', u.manager?.login ?? ''].map((s) => `"${s}"`).join(',')
  const nora = { login: 'nora.gone', name: 'Nora Gone', email: 'nora.gone@example.com' }
  const read = async (list: Pick<User, 'login' | 'name' | 'email' | 'manager'>[]) => {
    const text = ['login,name,email,manager', ...list.map(row)].join('\n')
    const answer = await page
      .context()
      .request.post('/api/v1/import/people?preview=false&accept_shrink=true', {
        data: text,
        headers: { 'Content-Type': 'application/octet-stream' },
      })
    expect(answer.ok(), await answer.text()).toBe(true)
  }
  const known = people.filter((u) => u.source === 'file')
  await read([...known, nora])
  const { id } = await call.get<User>('/users/nora.gone')
  await call.post('/grants', {
    subject: nora.login,
    resource: 'wiki',
    duration: 'P9D',
    reason: 'her first week',
  })

  // As long as she is there, the page says what has to happen first.
  await page.goto('/people/nora.gone?tab=data')
  await expect(page.getByText(/^Nora has not left\./)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Erase…' })).toHaveCount(0)
  await read(known)
  await page.reload()
  await page.getByRole('button', { name: 'Erase…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Erase what is personal about Nora Gone?' })
  const press = dialog.getByRole('button', { name: 'Erase for good' })
  await expect(press).toBeDisabled()
  await everyLook(page, 'erasing')
  await dialog.getByLabel('Type nora.gone to confirm').fill('nora.gone')
  await dialog.getByLabel(/Why/).fill('She asked for it.')
  await press.click()
  await expect(page.getByText(/^The personal data of this person is erased\./)).toBeVisible()
  await expect(page).toHaveURL(new RegExp(`/people/${id}`))
  await expect(page.getByRole('heading', { level: 1, name: /^Erased person/ })).toBeVisible()
  await everyLook(page, 'erased')
  expect(JSON.stringify(await call.get(`/users/${id}`))).not.toMatch(/nora/i)
  await page.getByRole('tab', { name: 'Lost' }).click()
  await expect(page.getByRole('table').getByRole('row').filter({ hasText: 'Wiki' })).toBeVisible()

  // The log names nobody, and whoever has its key verifies it as before.
  const log = await page.context().request.get('/api/v1/audit/export')
  expect(await log.text()).not.toMatch(/nora.gone/i)
  const { key } = await call.get<{ key: string }>('/audit/checkpoint')
  const [file, pub] = [test.info().outputPath('log.jsonl'), test.info().outputPath('sallyport.pub')]
  writeFileSync(file, await log.text())
  writeFileSync(pub, `${key}\n`)
  const said = execFileSync(binary, ['audit', 'verify', file, '--key', pub], { encoding: 'utf8' })
  expect(said).toMatch(/verified: \d+ events, \d+ values, [1-9]\d* erased/)
  const other = await as(browser, 'auditor', desktop)
  await other.goto(`/people/${id}`)
  await expect(other.getByRole('tab', { name: 'History' })).toBeVisible()
  await expect(other.getByRole('tab', { name: 'Personal data' })).toHaveCount(0)
  expectNoFaults(page)
  expectNoFaults(other)
})
