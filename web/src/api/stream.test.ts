import { QueryClient } from '@tanstack/react-query'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { listen, pause } from './stream'

// The browser's EventSource, with its other end in our hands.
class Source {
  static last: Source
  static CLOSED = 2
  readyState = 1
  onopen: (() => void) | null = null
  onerror: (() => void) | null = null
  onmessage: ((e: { data: string }) => void) | null = null
  constructor(readonly url: string) {
    Source.last = this
  }
  addEventListener() {}
  close() {
    this.readyState = Source.CLOSED
  }
}

afterEach(() => vi.unstubAllGlobals())

describe('the live link', () => {
  it('makes old what changed, once each, and everything after a gap', async () => {
    vi.stubGlobal('EventSource', Source)
    vi.useFakeTimers()
    const client = new QueryClient()
    const old = vi.spyOn(client, 'invalidateQueries').mockResolvedValue()
    const up = vi.fn()
    const stop = listen(client, up)
    expect(Source.last.url).toBe('/api/v1/stream')
    Source.last.onopen?.()
    Source.last.onmessage?.({ data: '{"topics":["request:req_1","requests"]}' })
    Source.last.onmessage?.({ data: 'not json' })
    await vi.runAllTimersAsync()
    const keys = old.mock.calls.map(([f]) => JSON.stringify(f?.queryKey))
    expect(keys).toContain('["request","req_1"]')
    expect(keys.filter((k) => k === '["inbox"]')).toHaveLength(1)

    // What follows at once waits, and is read once for all of it.
    old.mockClear()
    Source.last.onmessage?.({ data: '{"topics":["tasks"]}' })
    await vi.advanceTimersByTimeAsync(pause - 200)
    Source.last.onmessage?.({ data: '{"topics":["tasks"]}' })
    expect(old).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(400)
    expect(old.mock.calls.filter(([f]) => JSON.stringify(f?.queryKey) === '["tasks"]')).toHaveLength(1)

    // Nobody looks: what changed meanwhile is read when somebody does.
    old.mockClear()
    const seen = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    Source.last.onmessage?.({ data: '{"topics":["tags"]}' })
    await vi.advanceTimersByTimeAsync(5 * pause)
    expect(old).not.toHaveBeenCalled()
    seen.mockReturnValue('visible')
    document.dispatchEvent(new Event('visibilitychange'))
    await vi.advanceTimersByTimeAsync(100)
    expect(old).toHaveBeenCalledWith({ queryKey: ['tags'] })
    seen.mockRestore()

    old.mockClear()
    const first = Source.last
    first.onerror?.()
    expect(first.readyState).toBe(Source.CLOSED)
    await vi.advanceTimersByTimeAsync(1000)
    const second = Source.last
    expect(second).not.toBe(first)

    // A server that stays away is asked ever less often, though never given up.
    second.onerror?.()
    await vi.advanceTimersByTimeAsync(999)
    expect(Source.last).toBe(second)
    await vi.advanceTimersByTimeAsync(1001)
    expect(Source.last).not.toBe(second)
    for (let i = 0; i < 10; i++) {
      Source.last.onerror?.()
      await vi.advanceTimersByTimeAsync(30_000)
    }
    const before = Source.last
    before.onerror?.()
    await vi.advanceTimersByTimeAsync(14_999)
    expect(Source.last).toBe(before)
    await vi.advanceTimersByTimeAsync(15_001)
    expect(Source.last).not.toBe(before)
    Source.last.onopen?.()
    expect(old).toHaveBeenCalledWith()
    expect(up.mock.calls.at(-1)).toEqual([true])
    stop()
    expect(Source.last.readyState).toBe(Source.CLOSED)
  })
})
