// Erasing is for admins, of people who left, and only when their login is typed.
import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { beforeEach, expect, it } from 'vitest'
import type { User } from '../../api/types'
import { me, people } from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'

const found = people.find((u) => u.id !== me.user.id) as User
let person: User
let asked: unknown[]
const admin = (is: boolean) =>
  server.use(
    http.get('*/api/v1/me', () =>
      HttpResponse.json({ ...me, permissions: { ...me.permissions, admin: is, auditor: true } }),
    ),
  )
beforeEach(() => {
  person = { ...found, state: 'gone', left_at: '2026-10-01T08:00:00Z' }
  asked = []
  server.use(
    http.get('*/api/v1/users', () => HttpResponse.json({ items: [] })),
    http.get('*/api/v1/users/:id', () => HttpResponse.json(person)),
    http.post('*/api/v1/users/:id/erase', async ({ request }) => {
      asked.push(await request.json())
      person = {
        ...person,
        name: 'Erased person',
        login: `erased-${person.id.slice(person.id.indexOf('_') + 1)}`,
      }
      return HttpResponse.json(person)
    }),
  )
})
const address = `/people/${found.login}?tab=data`

it('says what goes and what stays, and erases when the login is typed and a reason given', async () => {
  admin(true)
  const user = userEvent.setup()
  open(address)
  await user.click(await screen.findByRole('button', { name: 'Erase…' }))
  const dialog = await screen.findByRole('dialog', { name: `Erase what is personal about ${found.name}?` })
  const press = within(dialog).getByRole('button', { name: 'Erase for good' })
  expect(press).toBeDisabled()
  await user.type(
    within(dialog).getByLabelText(`Type ${found.login} to confirm`),
    `${found.login}x{Backspace}`,
  )
  expect(press).toBeEnabled()
  await user.click(press)
  expect(await within(dialog).findByText('Write a sentence first.')).toBeInTheDocument()
  expect(asked).toHaveLength(0)
  await user.type(within(dialog).getByLabelText(/Why/), 'They asked for it.')
  await user.click(press)
  expect(await screen.findByText(/^The personal data of this person is erased\./)).toBeInTheDocument()
  expect(asked).toEqual([{ reason: 'They asked for it.' }])
  expect(screen.queryByText(found.name)).not.toBeInTheDocument()
})

it('keeps the dialog and says why when the server refuses', async () => {
  admin(true)
  server.use(
    http.post('*/api/v1/users/:id/erase', () =>
      HttpResponse.json(
        {
          title: 'Refused',
          status: 422,
          detail: 'They still hold access (2 grants).',
          hint: 'End what they hold first.',
        },
        { status: 422, headers: { 'Content-Type': 'application/problem+json' } },
      ),
    ),
  )
  const user = userEvent.setup()
  open(address)
  await user.click(await screen.findByRole('button', { name: 'Erase…' }))
  const dialog = await screen.findByRole('dialog')
  await user.type(within(dialog).getByLabelText(`Type ${found.login} to confirm`), found.login)
  await user.type(within(dialog).getByLabelText(/Why/), 'They asked for it.')
  await user.click(within(dialog).getByRole('button', { name: 'Erase for good' }))
  expect(
    await within(dialog).findByText(/still hold access \(2 grants\)\. End what they hold first\./),
  ).toBeInTheDocument()
})

it('of somebody who has not left, says what has to happen first', async () => {
  admin(true)
  person = { ...person, state: 'active' }
  open(address)
  expect(await screen.findByText(/has not left\. Only the data of people who left/)).toBeInTheDocument()
  expect(screen.queryByRole('button', { name: 'Erase…' })).not.toBeInTheDocument()
})

it('is not there for others', async () => {
  admin(false)
  open(address)
  expect(await screen.findByRole('tab', { name: 'Requests' })).toBeInTheDocument()
  expect(screen.queryByRole('tab', { name: 'Personal data' })).not.toBeInTheDocument()
})
