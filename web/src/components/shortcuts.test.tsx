import { render } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it, vi } from 'vitest'
import { registered, type Shortcut, setShortcuts, useShortcuts } from './shortcuts'

function Place({ name, list }: { name: string; list: Shortcut[] }) {
  useShortcuts(name, list)
  return <input aria-label="field" />
}
const key = (keys: string, run = vi.fn()) => ({ keys, label: keys, run })

describe('shortcuts', () => {
  it('runs single keys, sequences and shifted keys, and lists them', async () => {
    const user = userEvent.setup()
    const list = [key('j'), key('g h'), key('Shift+x'), key('?')]
    render(<Place name="Here" list={list} />)
    await user.keyboard('j')
    await user.keyboard('gh')
    await user.keyboard('{Shift>}x{/Shift}')
    await user.keyboard('?')
    for (const k of list) expect(k.run, k.keys).toHaveBeenCalledTimes(1)
    expect(registered()[0]?.name).toBe('Here')
  })

  it('is silent while one types, except with the command key', async () => {
    const user = userEvent.setup()
    const j = key('j')
    const search = key('mod+k')
    const view = render(<Place name="Here" list={[j, search]} />)
    await user.click(view.getByLabelText('field'))
    await user.keyboard('j')
    expect(j.run).not.toHaveBeenCalled()
    await user.keyboard('{Control>}k{/Control}')
    expect(search.run).toHaveBeenCalledTimes(1)
  })

  it('leaves Enter to the button or link that has the focus', async () => {
    const user = userEvent.setup()
    const enter = key('Enter')
    const pressed = vi.fn()
    const view = render(
      <>
        <Place name="Here" list={[enter]} />
        <button type="button" onClick={pressed}>
          Approve
        </button>
      </>,
    )
    view.getByRole('button').focus()
    await user.keyboard('{Enter}')
    expect(pressed).toHaveBeenCalledTimes(1)
    expect(enter.run).not.toHaveBeenCalled()
    view.getByRole('button').blur()
    await user.keyboard('{Enter}')
    expect(enter.run).toHaveBeenCalledTimes(1)
  })

  it('can be switched off, and lets the newest place win', async () => {
    const user = userEvent.setup()
    const outer = key('d')
    const inner = key('d')
    render(
      <>
        <Place name="Outer" list={[outer]} />
        <Place name="Inner" list={[inner]} />
      </>,
    )
    await user.keyboard('d')
    expect(inner.run).toHaveBeenCalledTimes(1)
    expect(outer.run).not.toHaveBeenCalled()
    setShortcuts(false)
    await user.keyboard('d')
    expect(inner.run).toHaveBeenCalledTimes(1)
  })
})
