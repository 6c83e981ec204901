import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { myTasksQuery } from '../../api/task'
import { Button } from '../../components/Button'
import { PageFrame } from '../../components/PageFrame'
import { localHour } from '../../components/zone'
import { useAsk } from '../../modules/ask/open'
import { useMe } from '../../modules/me'
import { firstName } from '../../modules/names'
import { EndingCard } from './EndingCard'
import { HoldingsCard } from './HoldingsCard'
import { InboxCard } from './InboxCard'
import { MyRequestsCard } from './MyRequestsCard'
import { RolesCard } from './RolesCard'
import { TasksCard } from './TasksCard'

export function HomePage() {
  const me = useMe()
  const ask = useAsk()
  const tasks = useQuery(myTasksQuery())
  const open = (tasks.data?.items ?? []).filter((t) => t.state === 'open' || t.state === 'claimed')
  return (
    <PageFrame
      title="Home"
      heading={me ? `${greeting(localHour(Date.now()))}, ${firstName(me.user.name)}` : <span>&nbsp;</span>}
      sub="What needs you today"
      actions={
        <Button look="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => ask()}>
          Request access
        </Button>
      }
    >
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="grid min-w-0 gap-4">
          <InboxCard />
          {open.length > 0 && <TasksCard tasks={open} />}
          <MyRequestsCard />
        </div>
        <div className="grid min-w-0 gap-4">
          <EndingCard />
          <HoldingsCard />
          <RolesCard />
        </div>
      </div>
    </PageFrame>
  )
}

function greeting(hour: number): string {
  if (hour < 5) return 'Good evening'
  if (hour < 12) return 'Good morning'
  return hour < 18 ? 'Good afternoon' : 'Good evening'
}
