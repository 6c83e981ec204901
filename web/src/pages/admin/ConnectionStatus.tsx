import {
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CirclePause,
  Eye,
  LoaderCircle,
  ShieldAlert,
} from 'lucide-react'
import type { Connection, Sync } from '../../api/connection'
import { Badge } from '../../components/Badge'

/** ConnectionStatus says whether a connection works. */
export function ConnectionStatus({ connection: c }: { connection: Connection }) {
  if (c.paused_at)
    return (
      <Badge tone="warn" icon={<CirclePause aria-hidden />}>
        Paused
      </Badge>
    )
  if (!c.checked_at) return <Badge icon={<CircleDashed aria-hidden />}>Not yet checked</Badge>
  return c.check_error ? (
    <Badge tone="bad" icon={<CircleAlert aria-hidden />}>
      Check failed
    </Badge>
  ) : (
    <Badge tone="good" icon={<CircleCheck aria-hidden />}>
      Works
    </Badge>
  )
}

/** SyncStatus says what became of a run. */
export function SyncStatus({ sync }: { sync: Pick<Sync, 'state'> }) {
  switch (sync.state) {
    case 'running':
      return (
        <Badge tone="info" icon={<LoaderCircle aria-hidden />}>
          Running
        </Badge>
      )
    case 'applied':
      return (
        <Badge tone="good" icon={<CircleCheck aria-hidden />}>
          Applied
        </Badge>
      )
    case 'refused':
      return (
        <Badge tone="warn" icon={<ShieldAlert aria-hidden />}>
          Held back
        </Badge>
      )
    case 'failed':
      return (
        <Badge tone="bad" icon={<CircleAlert aria-hidden />}>
          Failed
        </Badge>
      )
    default:
      return <Badge icon={<Eye aria-hidden />}>Preview</Badge>
  }
}
