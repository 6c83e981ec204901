// What a role is made of where nothing is picked.
import { screen } from '@testing-library/react'
import { HttpResponse, http } from 'msw'
import { expect, it } from 'vitest'
import { ada, aws, figma, ken, me, netsuite, ref } from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'

it('a role is made of what more than half of them have', async () => {
  const has = (resource: object, who: (typeof ada)[]) => ({
    resource,
    relation: 'member',
    count: who.length,
    share: who.length / 2,
    holders: who.map((u) => ({ ...ref(u), direct: true })),
  })
  server.use(
    http.get('*/api/v1/me', () =>
      HttpResponse.json({ ...me, permissions: { ...me.permissions, catalogue_manager: true } }),
    ),
    http.get('*/api/v1/compare', () =>
      HttpResponse.json({
        users: [ref(ada), ref(ken)],
        items: [has(figma, [ada, ken]), has(aws, [ada]), has(netsuite, [ken])],
      }),
    ),
  )
  open('/compare?users=ada,ken')
  const link = await screen.findByRole('link', { name: 'Make a role of this' })
  await screen.findByRole('table')
  const made = new URL(link.getAttribute('href') ?? '', 'http://x').searchParams
  expect(made.get('resources')).toBe('figma')
}, 30_000)
