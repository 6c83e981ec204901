import { Download, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { message } from '../../api/error'
import { fetchPack, type Period } from '../../api/report'
import { Button } from '../../components/Button'
import { save } from '../../components/csv'

/** size says how much has come. */
export function size(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1000)).toLocaleString('en-GB')} kB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** PackButton makes the pack of a period, says how far it is, and hands it over as a file. */
export function PackButton({ period }: { period: Period }) {
  const [state, setState] = useState<{ bytes: number } | { failed: string } | { done: string } | null>(null)
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])
  const start = async () => {
    const stop = new AbortController()
    running.current = stop
    setState({ bytes: 0 })
    try {
      const { name, blob } = await fetchPack(period, stop.signal, (bytes) => setState({ bytes }))
      save(name, blob)
      setState({ done: `${name}, ${size(blob.size)}` })
    } catch (error) {
      setState(stop.signal.aborted ? null : { failed: message(error) })
    }
    running.current = null
  }
  const busy = state !== null && 'bytes' in state
  return (
    <div className="flex flex-wrap items-center justify-end gap-2">
      <p role="status" className="text-[0.875rem] text-muted">
        {state === null
          ? ''
          : 'bytes' in state
            ? state.bytes === 0
              ? 'Checking the log…'
              : `Making the pack: ${size(state.bytes)}`
            : 'done' in state
              ? `Saved as ${state.done}`
              : ''}
      </p>
      {state !== null && 'failed' in state && (
        <p role="alert" className="text-[0.875rem] text-bad">
          {state.failed}
        </p>
      )}
      {busy && (
        <Button icon={<X aria-hidden className="size-4" />} onClick={() => running.current?.abort()}>
          Stop
        </Button>
      )}
      <Button
        look="primary"
        busy={busy}
        icon={<Download aria-hidden className="size-4" />}
        onClick={() => void start()}
      >
        Download the pack
      </Button>
    </div>
  )
}
