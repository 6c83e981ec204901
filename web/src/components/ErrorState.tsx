import { CircleAlert, FileQuestion, Lock, type LucideIcon, ServerCrash, Timer, WifiOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import { asError } from '../api/error'
import { Button, buttonClass } from './Button'

interface Words {
  icon: LucideIcon
  title: string
  text: string
  retry?: boolean
}

function words(status: number): Words {
  switch (status) {
    case 0:
      return {
        icon: WifiOff,
        title: 'No answer from the server',
        text: 'You may be offline. Nothing was changed. What was loaded before can still be read.',
        retry: true,
      }
    case 401:
      return { icon: Lock, title: 'You are signed out', text: 'Sign in and you come back to this address.' }
    case 403:
      return { icon: Lock, title: 'This is not open to you', text: 'Ask an owner or an admin for it.' }
    case 404:
      return {
        icon: FileQuestion,
        title: 'Not found',
        text: 'It may have been withdrawn or removed, or it is not shown to you.',
      }
    case 409:
      return {
        icon: CircleAlert,
        title: 'Somebody was faster',
        text: 'It changed in the meantime. Load it again to see how it stands.',
        retry: true,
      }
    case 422:
    case 400:
      return {
        icon: CircleAlert,
        title: 'The server refused this',
        text: 'Change the address or the filter.',
      }
    case 429:
      return {
        icon: Timer,
        title: 'Too many calls',
        text: 'Wait a moment; then it works again.',
        retry: true,
      }
    case 503:
      return {
        icon: ServerCrash,
        title: 'The server is not ready',
        text: 'It is starting or being worked on. Nothing was changed.',
        retry: true,
      }
    default:
      return {
        icon: ServerCrash,
        title: 'Something went wrong',
        text: 'The fault is on our side. Try again; if it stays, tell an admin the number below.',
        retry: true,
      }
  }
}

/** ErrorState says what happened, what did not, and what to do; a wait that the server asked for counts down. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const e = asError(error)
  const w = words(e.status)
  const [left, setLeft] = useState(e.retryAfter ?? 0)
  useEffect(() => {
    if (left <= 0) return
    const timer = setTimeout(() => setLeft(left - 1), 1000)
    return () => clearTimeout(timer)
  }, [left])
  const Icon = w.icon
  return (
    <div role="alert" className="grid justify-items-center gap-1.5 px-6 py-10 text-center">
      <span className="mb-2 grid size-11 place-items-center rounded-full bg-bad-soft text-bad">
        <Icon aria-hidden className="size-5" />
      </span>
      <p className="font-medium">{w.title}</p>
      <p className="max-w-[34rem] text-muted [text-wrap:balance]">
        {e.status > 0 && e.detail ? e.detail : w.text} {e.hint}
      </p>
      <div className="mt-3 flex flex-wrap justify-center gap-2">
        {e.status === 401 && (
          <a
            className={buttonClass('primary')}
            href={`/sign-in?return_to=${encodeURIComponent(location.pathname + location.search)}`}
          >
            Sign in
          </a>
        )}
        {w.retry && onRetry && (
          <Button onClick={onRetry} disabled={left > 0}>
            {left > 0 ? `Try again in ${left} s` : 'Try again'}
          </Button>
        )}
        {(e.status === 403 || e.status === 404) && (
          <a className={buttonClass()} href="/">
            Go home
          </a>
        )}
      </div>
      {e.requestId && <p className="mt-2 text-muted text-xs">Request number {e.requestId}</p>}
    </div>
  )
}
