import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { describe, expect, it } from 'vitest'
import { mine, preview, resources } from '../../test/data'
import { open } from '../../test/render'
import { server } from '../../test/server'

describe('request dialog', () => {
  it('says who decides, what limits it and that one has it, before sending', async () => {
    open('/?ask=vpn')
    expect(await screen.findByRole('dialog', { name: 'Request access' })).toBeInTheDocument()
    const outcome = await screen.findByRole('region', { name: 'What will happen' })
    expect(outcome).toHaveTextContent('Manager: Radia Perlman')
    expect(outcome).toHaveTextContent('Security: any of Ken Thompson, Barbara Hamilton or Ada Lovelace')
    expect(outcome).toHaveTextContent('Members have it for 30 days at most · from the tag production')
    expect(outcome).toHaveTextContent(/Already member until/)
    expect(outcome).toHaveTextContent('Usually decided within 4 hours.')
    // The tag allows 30 days: longer lengths and "no end" are not offered.
    expect(screen.getByRole('radio', { name: '30 days' })).toBeInTheDocument()
    expect(screen.queryByRole('radio', { name: 'No end' })).not.toBeInTheDocument()
  })

  it('says before sending that a reason is needed and by which tag, and offers no more than a role allows', async () => {
    const role = 'since the role gives Vault'
    server.use(
      http.post('*/api/v1/requests/preview', () =>
        HttpResponse.json({
          ...preview(resources[0] as never),
          limits: [
            {
              key: 'require_member_reason',
              value: true,
              relation: 'member',
              needs_reason: true,
              from: `the tag Safe on Vault, ${role}`,
              words: 'members need a reason',
            },
            {
              key: 'member_time_limit',
              value: 'P2D',
              relation: 'member',
              longest: 'P2D',
              from: `the tag Safe on Vault, ${role}`,
              words: 'members at most 2 days',
            },
          ],
          problems: [{ location: 'constraint.require_member_reason', message: 'Vault needs a reason' }],
        }),
      ),
    )
    open('/?ask=vpn')
    expect(
      await screen.findByText(
        'Needed: members need a reason (the tag Safe on Vault, since the role gives Vault). Approvers read this first.',
      ),
    ).toBeInTheDocument()
    expect(screen.getByLabelText('Why?')).toBeRequired()
    await waitFor(() => expect(screen.getByRole('radio', { name: '1 day' })).toBeChecked())
    expect(screen.queryByRole('radio', { name: '7 days' })).not.toBeInTheDocument()
    expect(screen.queryByRole('radio', { name: 'No end' })).not.toBeInTheDocument()
  })

  it('checks the form, shows what depends on an answer, and sends what is seen', async () => {
    const user = userEvent.setup()
    let sent: Record<string, unknown> = {}
    server.use(
      http.post('*/api/v1/requests', async ({ request }) => {
        sent = (await request.json()) as Record<string, unknown>
        return HttpResponse.json(mine[0], { status: 201 })
      }),
    )
    const { router } = open('/?ask=laptop')
    await user.click(await screen.findByRole('button', { name: 'Send request' }))
    expect(await screen.findByText('Choose something for “Model”.')).toBeInTheDocument()
    await waitFor(() => expect(screen.getByRole('combobox', { name: 'Model' })).toHaveFocus())
    expect(screen.queryByLabelText(/Which adapter/)).not.toBeInTheDocument()
    await user.selectOptions(screen.getByRole('combobox', { name: 'Model' }), 'MacBook Pro 14')
    await user.type(screen.getByLabelText(/Which adapter/), 'USB-C')
    await user.type(screen.getByLabelText(/Delivery address/), 'Ring 1, Vienna')
    await user.selectOptions(screen.getByRole('combobox', { name: 'Model' }), 'ThinkPad X1')
    await user.click(screen.getByRole('button', { name: 'Send request' }))
    await waitFor(() =>
      expect(sent).toMatchObject({
        resource: 'laptop',
        relation: 'member',
        duration: 'P7D',
        answers: { model: 'ThinkPad X1', address: 'Ring 1, Vienna' },
      }),
    )
    expect(sent.answers).not.toHaveProperty('adapter')
    await waitFor(() => expect(router.state.location.pathname).toBe(`/requests/${mine[0]?.id}`))
  })

  it('asks what will happen only once something is chosen', async () => {
    const user = userEvent.setup()
    const asked: string[] = []
    server.use(
      http.post('*/api/v1/requests/preview', async ({ request }) => {
        asked.push(((await request.json()) as { resource: string }).resource)
        return HttpResponse.json(preview(resources[0] as never))
      }),
    )
    open('/?ask=-')
    const what = await screen.findByRole('combobox', { name: 'What do you need?' })
    await user.type(what, 'VPN')
    await user.click(await screen.findByRole('option', { name: /VPN/ }))
    expect(await screen.findByText(/Already member until/)).toBeInTheDocument()
    expect(new Set(asked)).toEqual(new Set(['vpn']))
  })

  it('puts a refusal of the server at its field', async () => {
    const user = userEvent.setup()
    server.use(
      http.post('*/api/v1/requests', () =>
        HttpResponse.json(
          {
            status: 422,
            detail: 'One thing is wrong.',
            errors: [{ location: 'body.reason', message: 'This needs a reason.' }],
          },
          { status: 422 },
        ),
      ),
    )
    open('/?ask=vpn')
    await screen.findByRole('region', { name: 'What will happen' })
    await user.click(screen.getByRole('button', { name: 'Send request' }))
    expect(await screen.findByText('This needs a reason.')).toBeInTheDocument()
    expect(screen.getByLabelText(/Why\?/)).toHaveAttribute('aria-invalid', 'true')
  })
})
