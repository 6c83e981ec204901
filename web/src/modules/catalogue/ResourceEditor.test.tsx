import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { Flow } from '../../api/types'
import { emptyDraft, toNew } from './draft'
import { ResourceEditor } from './ResourceEditor'

const lea = { value: 'lea', label: 'Lea' }

const show = (fields?: string[], owners?: boolean, fresh?: boolean, flow?: Flow) =>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ResourceEditor
        draft={{ ...emptyDraft('app'), name: 'VPN', owners: fresh ? [lea] : [], flow }}
        onChange={() => {}}
        fault={() => undefined}
        fields={fields}
        owners={owners}
        fresh={fresh}
      />
    </QueryClientProvider>,
  )

it('leaves out what the viewer may not set, and says who decides', () => {
  show(['description', 'form', 'durations', 'tags'])
  expect(screen.getByLabelText('What it lets people do')).toBeTruthy()
  for (const label of ['Name', 'Slug', 'Owners', 'Who may find and request it'])
    expect(screen.queryByLabelText(label)).toBeNull()
  expect(screen.queryByText('How it becomes real')).toBeNull()
  expect(screen.getByText('Admins and catalogue managers set this.')).toBeTruthy()
})

it('lets owners say who decides, and not that nobody does', () => {
  show(['description', 'flow', 'owners'], true)
  expect(screen.getByText('Stages')).toBeTruthy()
  expect(screen.queryByText('Nobody')).toBeNull()
  expect(screen.getByLabelText(/Why the owners change/)).toBeTruthy()
})

it('does not let owners take away what decides, and shows them why', () => {
  const staged = { stages: [{ approvers: ['manager'] }], owners_edit: true } as Flow
  const own = () =>
    screen.getByLabelText('Owners may add people directly, without a request') as HTMLInputElement
  const first = show(['flow'], true, false, staged)
  expect(screen.queryByText('Its owners')).toBeNull()
  expect(screen.getByText(/Stages are taken away by admins/)).toBeTruthy()
  expect(own().disabled).toBe(true)
  first.unmount()
  show(['flow'], true, false, { ...staged, owners_may_add: true })
  expect(screen.getByText('Its owners')).toBeTruthy()
  expect(own().disabled).toBe(false)
})

it('shows admins everything', () => {
  show()
  expect(screen.getByLabelText('Name')).toBeTruthy()
  expect(screen.getByText('Nobody')).toBeTruthy()
})

it('asks why the first owners own it', () => {
  show(undefined, undefined, true)
  expect(screen.getByLabelText(/Why they own it/)).toBeTruthy()
  expect(toNew({ ...emptyDraft('app'), name: 'VPN', owners: [lea], reason: ' she bought it ' }).reason).toBe(
    'she bought it',
  )
  expect(toNew({ ...emptyDraft('app'), name: 'VPN', reason: 'she bought it' }).reason).toBeUndefined()
})
