import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'
import { Button } from './Button'

it('is not pressed twice while its work runs, and keeps the focus', async () => {
  const pressed = vi.fn()
  const sent = vi.fn((e: React.FormEvent) => e.preventDefault())
  const form = (busy: boolean) => (
    <form onSubmit={sent}>
      <Button type="submit" busy={busy} onClick={pressed}>
        Send
      </Button>
    </form>
  )
  const { rerender } = render(form(false))
  const button = screen.getByRole('button')
  await userEvent.click(button)
  rerender(form(true))
  expect(button).toHaveFocus()
  expect(button).toHaveAttribute('aria-disabled', 'true')
  await userEvent.click(button)
  await userEvent.keyboard('{Enter}')
  expect(pressed).toHaveBeenCalledTimes(1)
  expect(sent).toHaveBeenCalledTimes(1)
  rerender(form(false))
  expect(button).not.toHaveAttribute('aria-disabled')
})
