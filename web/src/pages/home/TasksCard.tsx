import { Link } from '@tanstack/react-router'
import type { Task } from '../../api/types'
import { Card } from '../../components/Card'
import { Count } from '../../components/Count'
import { RelativeTime } from '../../components/RelativeTime'
import { ResourceIcon } from '../../components/ResourceIcon'
import { Status } from '../../components/Status'
import { More } from './More'

const verbs: Record<Task['kind'], string> = { fulfil: 'Set up', remove: 'Remove', follow_up: 'Follow up' }

/** TasksCard is the manual work that waits: only those who have some see it. */
export function TasksCard({ tasks }: { tasks: readonly Task[] }) {
  return (
    <Card
      title={
        <span className="flex items-center gap-2">
          Your tasks <Count value={tasks.length} />
        </span>
      }
      action={<More to="/tasks">Open tasks</More>}
    >
      <ul className="-mx-2 grid">
        {tasks.slice(0, 5).map((t) => (
          <li key={t.id}>
            <Link
              to={`/tasks/${t.id}` as string}
              className="touch flex items-center gap-3 rounded-md px-2 py-1.5 outline-offset-[-2px] hover:bg-hover"
            >
              <ResourceIcon kind={t.resource.kind} name={t.resource.name} slug={t.resource.slug} />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">
                  {verbs[t.kind]} {t.resource.name} for {t.beneficiary.name}
                </span>
                <span className="block text-[0.8125rem] text-muted">
                  <RelativeTime at={t.due_at} before="due " />
                </span>
              </span>
              <Status state={t.state} />
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  )
}
