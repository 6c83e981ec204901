import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { toasts } from '../components/toast'
import { flush, hold, holdFor, undo } from './undo'

beforeEach(() => vi.useFakeTimers())
afterEach(() => flush())

const press = (about: string, send = vi.fn(async () => undefined)) => {
  hold({ about: [about], saying: `Approving ${about}`, send })
  return send
}
/** The toaster, which is not on the screen here, ends a toast when its time is over. */
const timeUp = () => {
  for (const t of toasts.get()) if (t.ms === holdFor) t.onGone?.()
}

describe('a held press', () => {
  it('is not sent while it is held, and once when its time is over', async () => {
    const send = press('a')
    expect(send).not.toHaveBeenCalled()
    timeUp()
    timeUp()
    flush()
    expect(send).toHaveBeenCalledTimes(1)
  })

  it('is taken back by undo, the newest first', () => {
    const first = press('a')
    const second = press('b')
    expect(undo()).toBe(true)
    expect(undo()).toBe(true)
    expect(undo()).toBe(false)
    flush()
    expect(first).not.toHaveBeenCalled()
    expect(second).not.toHaveBeenCalled()
  })

  it('is sent at once when the page is left or put to sleep', () => {
    const send = press('a')
    window.dispatchEvent(new Event('pagehide'))
    expect(send).toHaveBeenCalledTimes(1)
    const other = press('b')
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
    Object.defineProperty(document, 'visibilityState', { value: 'visible', configurable: true })
    expect(other).toHaveBeenCalledTimes(1)
  })

  it('gives way to a second press on the same thing', () => {
    const first = press('a')
    const second = press('a')
    expect(first).toHaveBeenCalledTimes(1)
    expect(second).not.toHaveBeenCalled()
    expect(undo()).toBe(true)
    flush()
    expect(second).not.toHaveBeenCalled()
  })

  it('says so when the server refuses', async () => {
    press(
      'a',
      vi.fn(async () => Promise.reject(new Error('no'))),
    )
    flush()
    await vi.runAllTimersAsync()
    expect(
      toasts
        .get()
        .map((t) => t.text)
        .join(),
    ).toContain('Not done: Approving a.')
  })
})
