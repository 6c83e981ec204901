import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CirclePause,
  CircleX,
  Clock,
  History,
  LoaderCircle,
  type LucideIcon,
  TriangleAlert,
  Undo2,
} from 'lucide-react'
import { Badge, type Tone } from './Badge'

// Every state is an icon, a word and a colour: never a colour alone.
const states: Record<string, [word: string, tone: Tone, icon: LucideIcon]> = {
  pending: ['Waiting for a decision', 'info', Clock],
  approved: ['Approved', 'good', CircleCheck],
  denied: ['Denied', 'bad', CircleX],
  cancelled: ['Cancelled', 'neutral', Ban],
  expired: ['Expired undecided', 'neutral', History],
  superseded: ['Replaced', 'neutral', Undo2],
  failed: ['Failed', 'bad', TriangleAlert],
  scheduled: ['Scheduled', 'info', Clock],
  granting: ['Being granted', 'info', LoaderCircle],
  active: ['Active', 'good', CircleCheck],
  revoking: ['Being removed', 'warn', LoaderCircle],
  ended: ['Ended', 'neutral', History],
  never: ['Never real', 'neutral', Ban],
  failing: ['Failing', 'bad', TriangleAlert],
  open: ['Open', 'info', CircleDot],
  claimed: ['In work', 'accent', CircleDashed],
  done: ['Done', 'good', CircleCheck],
  rejected: ['Rejected', 'bad', CircleX],
  waiting: ['Not started', 'neutral', CircleDashed],
  closed: ['Closed', 'neutral', CirclePause],
  suspended: ['Suspended', 'warn', CirclePause],
  gone: ['Left', 'neutral', History],
}

/** Status shows a state of the domain; children replace its word, the icon and colour stay. */
export function Status({ state, children }: { state: string; children?: string }) {
  const [word, tone, Icon] = states[state] ?? [state, 'neutral' as Tone, CircleDot]
  return (
    <Badge tone={tone} icon={<Icon aria-hidden />}>
      {children ?? word}
    </Badge>
  )
}
