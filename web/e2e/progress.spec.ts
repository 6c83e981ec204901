// A role is given to many: how far its target is can be watched, opened, and tried again where it fails.
import type { PendingPerson } from '../src/api/progress'
import type { Page as List, Resource, Task } from '../src/api/types'
import { api, as, expect, expectAccessible, expectNoFaults, test } from './world'

test.describe.configure({ timeout: 120_000 })

const members = ['employee', 'teammate', 'lead'] as const

test('what a role gives is watched until everybody has it, and until it is gone', async ({ browser }) => {
  const page = await as(browser, 'admin')
  const admin = api(page.context())
  const role = await admin.post<Resource>('/resources', {
    kind: 'role',
    name: 'Harbour crew',
    owners: ['lead'],
  })
  for (const subject of members)
    await admin.post('/grants', { subject, resource: role.slug, no_end: true, reason: 'They work there' })
  const thing = await admin.post<Resource>('/resources', {
    kind: 'app',
    name: 'Harbour gate',
    fulfilment: { kind: 'manual', assignee: 'group:it' },
  })
  await page.goto(`/catalogue/${role.slug}?tab=gives`)
  await expect(page.getByText('It gives nothing yet')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Under way' })).toHaveCount(0)
  const grant = await admin.post<{ id: string }>('/grants', {
    subject: `role:${role.slug}`,
    resource: thing.slug,
    no_end: true,
    reason: 'The crew opens it',
  })
  const way = page.getByRole('region', { name: 'Under way' })
  const line = way.getByText('Harbour gate: in place for 0 of 3 people')
  await expect(line).toBeVisible()
  await expect(way.getByText('3 wait for somebody to do it')).toBeVisible()
  await line.click()
  const left = way.getByRole('list', { name: 'Who is left' })
  await expect(left.getByRole('listitem')).toHaveCount(3)
  await expectAccessible(page, 'progress of a role')
  await way.getByLabel('Filter these people').fill('teammate')
  await expect(left.getByRole('listitem')).toHaveCount(1)
  await way.getByLabel('Filter these people').fill('')

  const it = api((await as(browser, 'it')).context())
  const pending = await admin.get<List<PendingPerson>>(`/resources/${role.slug}/pending`)
  for (const [n, person] of pending.items.entries()) {
    if (n === 2) break
    await it.post<Task>(`/tasks/${person.task_id}/complete`, { evidence: 'Handed over at the gate' })
    await expect(way.getByText(`Harbour gate: in place for ${n + 1} of 3 people`)).toBeVisible()
  }
  await expect(left.getByRole('listitem')).toHaveCount(1)

  await admin.post(`/grants/${grant.id}/end`, { reason: 'Another crew opens it' })
  await expect(way.getByText(/Harbour gate: taken away from \d of 3 people/)).toBeVisible()
  await page.goto(`/catalogue/${thing.slug}`)
  await expect(page.getByRole('region', { name: 'Under way' })).toContainText('Taken away from')
  for (const person of (await admin.get<List<PendingPerson>>(`/resources/${thing.slug}/pending`)).items)
    await it.post<Task>(`/tasks/${person.task_id}/complete`, { evidence: 'The key is back' })
  await expect(page.getByRole('region', { name: 'Under way' })).toHaveCount(0)
  expectNoFaults(page)
})

test('what fails says why, and is tried again when an owner asks', async ({ browser }) => {
  const page = await as(browser, 'admin')
  const admin = api(page.context())
  const directory = await admin.post<{ slug: string }>('/connections', {
    name: 'Far directory',
    kind: 'ldap',
    settings: { url: 'ldap://127.0.0.1:1', people_base: 'dc=example,dc=org', changes_per_minute: '60' },
  })
  const thing = await admin.post<Resource>('/resources', {
    kind: 'app',
    name: 'Far island',
    fulfilment: { kind: 'connector', connection: directory.slug, target: 'cn=island,dc=example,dc=org' },
  })
  for (const subject of members)
    await admin.post('/grants', { subject, resource: thing.slug, duration: 'P7D', reason: 'To visit it' })
  await page.goto(`/catalogue/${thing.slug}`)
  const way = page.getByRole('region', { name: 'Under way' })
  await expect(way.getByText('3 failing')).toBeVisible()
  await way.getByText('In place for 0 of 3 people').click()
  await expect(way.getByText(/the person has no account in Far directory/).first()).toBeVisible()
  await expectAccessible(page, 'progress that fails')
  await way.getByRole('button', { name: 'Try again now' }).click()
  await expect(page.getByText(/tried again now\./)).toBeVisible()
  expectNoFaults(page)

  const other = await as(browser, 'teammate')
  await other.goto(`/catalogue/${thing.slug}`)
  await other.getByRole('region', { name: 'Under way' }).getByText('In place for 0 of 3 people').click()
  await expect(other.getByRole('list', { name: 'Who is left' })).toBeVisible()
  await expect(other.getByRole('button', { name: 'Try again now' })).toHaveCount(0)
  await expectAccessible(other, 'progress for whoever only looks')
})
