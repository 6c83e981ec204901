import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { describe, expect, it } from 'vitest'
import type { Answers, Form } from '../../api/types'
import { check, keep } from './answers'
import { DynamicForm } from './DynamicForm'

const form: Form = {
  fields: [
    { name: 'system', title: 'System', type: 'choice', required: true, choices: ['Production', 'Staging'] },
    { name: 'ticket', title: 'Change', type: 'text', pattern: 'CHG-[0-9]{4}', help: 'For example CHG-2041' },
    { name: 'hours', title: 'Hours', type: 'number', min: 1, max: 8 },
    { name: 'teams', title: 'Teams', type: 'multi_choice', choices: ['Red', 'Blue'] },
    { name: 'read', title: 'I have read the rules', type: 'checkbox', required: true },
    { name: 'mail', title: 'Contact', type: 'email', visible_if: { field: 'read', in: ['true'] } },
    {
      name: 'why',
      title: 'Why so long?',
      type: 'long_text',
      sensitive: true,
      visible_if: { field: 'mail', in: ['x@y.z'] },
    },
  ],
}

function Live({ faults }: { faults?: Record<string, string> }) {
  const [answers, setAnswers] = useState<Answers>({})
  return (
    <>
      <DynamicForm form={form} answers={answers} onChange={setAnswers} faults={faults} />
      <output>{JSON.stringify(keep(form, answers))}</output>
    </>
  )
}
const kept = () => JSON.parse(screen.getByRole('status').textContent ?? '{}') as Answers

describe('the form of a resource', () => {
  it('draws each type, shows what depends on answers, and drops what is hidden again', async () => {
    const user = userEvent.setup()
    render(<Live />)
    await user.selectOptions(screen.getByRole('combobox', { name: 'System' }), 'Staging')
    await user.type(screen.getByRole('spinbutton', { name: /Hours/ }), '3')
    await user.click(screen.getByRole('checkbox', { name: 'Blue' }))
    expect(screen.queryByLabelText(/Contact/)).not.toBeInTheDocument()
    await user.click(screen.getByRole('checkbox', { name: 'I have read the rules' }))
    await user.type(screen.getByLabelText(/Contact/), 'x@y.z')
    await user.type(screen.getByLabelText(/Why so long/), 'secret')
    expect(screen.getByText(/auditors read this/)).toBeInTheDocument()
    expect(kept()).toEqual({
      system: 'Staging',
      hours: 3,
      teams: ['Blue'],
      read: true,
      mail: 'x@y.z',
      why: 'secret',
    })
    await user.click(screen.getByRole('checkbox', { name: 'I have read the rules' }))
    expect(kept()).toEqual({ system: 'Staging', hours: 3, teams: ['Blue'], read: false })
  })

  it('ties a fault to its field', () => {
    render(<Live faults={{ ticket: 'This does not have the form asked for.' }} />)
    expect(screen.getByLabelText(/Change/)).toHaveAccessibleDescription(
      /For example CHG-2041.*does not have the form/,
    )
  })

  it.each([
    [{}, ['read', 'system']],
    [{ system: 'Staging', read: true, ticket: 'CHG-1' }, ['ticket']],
    [{ system: 'Staging', read: true, ticket: 'CHG-2041', hours: 9 }, ['hours']],
    [{ system: 'Staging', read: true, mail: 'nobody' }, ['mail']],
    [{ system: 'Staging', read: true, ticket: ' CHG-2041 ', hours: 8 }, []],
  ] as [Answers, string[]][])('checks %o', (answers, wrong) => {
    expect(Object.keys(check(form, answers)).sort()).toEqual(wrong)
  })
})
