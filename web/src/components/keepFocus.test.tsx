// Where what had the focus goes away, the focus stays near.
import { act, render, screen, waitFor } from '@testing-library/react'
import { useEffect, useState } from 'react'
import { createPortal } from 'react-dom'
import { expect, it } from 'vitest'
import { keepFocus } from './keepFocus'

let set: { rows: (rows: string[]) => void; dialog: (open: boolean) => void; done: (done: boolean) => void }

function Page() {
  const [rows, setRows] = useState(['Ada', 'Ben', 'Cleo'])
  const [dialog, setDialog] = useState(false)
  const [done, setDone] = useState(false)
  set = { rows: setRows, dialog: setDialog, done: setDone }
  useEffect(() => {
    const ended = new AbortController()
    keepFocus(ended.signal)
    return () => ended.abort()
  }, [])
  return (
    <>
      <main>
        <h1>Access</h1>
        <section>
          <h2>Who has it</h2>
          {rows.map((r) => (
            <fieldset data-row key={r} aria-label={r}>
              <button type="button">End {r}</button>
            </fieldset>
          ))}
          {!done && <button type="button">Take it back</button>}
        </section>
      </main>
      {dialog &&
        createPortal(
          <div role="dialog">
            <h2>Sure?</h2>
            <button type="button">Yes</button>
          </div>,
          document.body,
        )}
    </>
  )
}

const focus = (name: string) => act(() => screen.getByRole('button', { name }).focus())
const stays = (text: string) =>
  waitFor(() =>
    expect(document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent).toBe(
      text,
    ),
  )

it('is on the next row when one goes by its own button, and on the one before when it was the last', async () => {
  render(<Page />)
  focus('End Ben')
  act(() => set.rows(['Ada', 'Cleo']))
  await stays('Cleo')
  focus('End Cleo')
  act(() => set.rows(['Ada']))
  await stays('Ada')
  focus('End Ada')
  act(() => set.rows([]))
  await stays('Who has it')
  expect(document.activeElement?.getAttribute('tabindex')).toBe('-1')
})

it('stays on the row whose button goes', async () => {
  render(<Page />)
  focus('Take it back')
  act(() => set.done(true))
  await stays('Who has it')
})

it('goes back past a dialog that is closed after what opened it went', async () => {
  render(<Page />)
  focus('End Ada')
  act(() => set.dialog(true))
  focus('Yes')
  act(() => set.rows(['Ben', 'Cleo']))
  expect(document.activeElement?.textContent).toBe('Yes')
  act(() => set.dialog(false))
  await stays('Ben')
})

it('leaves the focus where somebody put it', async () => {
  render(<Page />)
  focus('End Ada')
  act(() => {
    set.rows(['Ben', 'Cleo'])
    screen.getByRole('button', { name: 'Take it back' }).focus()
  })
  await new Promise((r) => setTimeout(r, 100))
  expect(document.activeElement?.textContent).toBe('Take it back')
})
