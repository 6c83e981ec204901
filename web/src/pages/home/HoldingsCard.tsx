import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { accessAtQuery } from '../../api/access'
import type { Access } from '../../api/types'
import { Card } from '../../components/Card'
import { Count } from '../../components/Count'
import { EmptyState } from '../../components/EmptyState'
import { ResourceIcon } from '../../components/ResourceIcon'
import { SkeletonRows } from '../../components/Skeleton'
import { Status } from '../../components/Status'
import { kindWords } from '../../modules/names'
import { resourcePath } from '../../modules/paths'
import { More } from './More'

/** HoldingsCard is what one has, as tiles: people find by picture what they use. */
export function HoldingsCard() {
  const { data, isPending } = useQuery(accessAtQuery('me'))
  const list = data?.items ?? []
  return (
    <Card
      title={
        <span className="flex items-center gap-2">
          What you have {list.length > 0 && <Count value={list.length} />}
        </span>
      }
      action={
        <span className="flex flex-wrap gap-x-4 gap-y-1">
          <More to="/access" search={{ view: 'had' }}>
            What I lost
          </More>
          {list.length > 0 && <More to="/access">Why do I have this?</More>}
        </span>
      }
    >
      {isPending && <SkeletonRows rows={3} />}
      {data && list.length === 0 && (
        <EmptyState kind="first" title="You hold nothing yet">
          Find what you need in the catalogue and ask for it.
        </EmptyState>
      )}
      <ul className="-mx-2 grid sm:grid-cols-2">
        {list.slice(0, 12).map((a) => (
          <li key={a.resource.id + a.relation} className="min-w-0">
            <Link
              to={resourcePath(a.resource)}
              className="touch flex items-center gap-3 rounded-md px-2 py-1.5 outline-offset-[-2px] hover:bg-hover"
            >
              <ResourceIcon kind={a.resource.kind} name={a.resource.name} slug={a.resource.slug} />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{a.resource.name}</span>
                <span className="block truncate text-[0.8125rem] text-muted">{detail(a)}</span>
              </span>
              {a.state !== 'active' && <Status state={a.state} />}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function detail(a: Access): string {
  const role = a.paths?.find((p) => p.via === 'role')?.role
  const kind = a.app ? a.app.name : kindWords[a.resource.kind]
  return [
    kind,
    a.relation === 'owner' && 'owner',
    role && !a.paths?.some((p) => p.via === 'direct') && `by ${role.name}`,
  ]
    .filter(Boolean)
    .join(' · ')
}
