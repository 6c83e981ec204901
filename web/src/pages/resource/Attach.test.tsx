// A role can own a thing as well as give it.
import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { expect, it } from 'vitest'
import type { Resource } from '../../api/types'
import { resources } from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'

it.each(['Member', 'Owner'])('what a role gives is added as %s', async (level) => {
  const sent: unknown[] = []
  const role = { ...resources[0], id: 'res_dev', kind: 'role', slug: 'dev', name: 'Dev', owners: [] }
  server.use(
    http.get('*/api/v1/resources/dev', () => HttpResponse.json(role)),
    http.get('*/api/v1/resources/dev/*', () => HttpResponse.json({ items: [] })),
    http.get('*/api/v1/grants', () => HttpResponse.json({ items: [] })),
    http.post('*/api/v1/grants', async ({ request }) => {
      if (new URL(request.url).searchParams.get('dry_run') === 'true')
        return HttpResponse.json({
          status: 201,
          impact: {
            gained: 0,
            lost: 0,
            longer: 0,
            shorter: 0,
            people: 0,
            resources: 0,
            items: [],
            events: {},
          },
        })
      sent.push(await request.json())
      return HttpResponse.json({})
    }),
  )
  const user = userEvent.setup()
  open('/catalogue/dev?tab=gives')
  await user.click(await screen.findByRole('button', { name: 'Add what it gives' }))
  const thing = resources[0] as Resource
  await user.type(await screen.findByRole('combobox', { name: 'What' }), thing.name)
  await user.click(await screen.findByRole('option', { name: new RegExp(thing.name) }))
  const levels = within(screen.getByRole('radiogroup', { name: 'Level' }))
  expect(levels.getByRole('radio', { name: 'Member' })).toBeChecked()
  await user.click(levels.getByRole('radio', { name: level }))
  expect(screen.queryByText(/look after it/) !== null).toBe(level === 'Owner')
  await user.type(screen.getByRole('textbox', { name: 'Why' }), 'their work')
  await user.click(screen.getByRole('button', { name: 'Add' }))
  await expect.poll(() => sent).toMatchObject([{ subject: 'role:dev', relation: level.toLowerCase() }])
})
