import { useInfiniteQuery } from '@tanstack/react-query'
import { rows } from '../../api/list'
import { rolesRunQuery } from '../../api/roles'
import { Card } from '../../components/Card'
import { people } from '../../components/number'
import { ResourceLine } from '../../modules/names'
import { More } from './More'

/** RolesCard is shown to those who run roles: how many are in each, and what needs them. */
export function RolesCard() {
  const list = rows(useInfiniteQuery(rolesRunQuery('me')).data)
  if (list.length === 0) return null
  return (
    <Card
      title="Roles you run"
      action={
        <More to="/access" search={{ view: 'roles' }}>
          What each gives
        </More>
      }
    >
      <ul className="grid gap-2">
        {list.slice(0, 6).map((r) => (
          <li key={r.role.id}>
            <ResourceLine
              resource={r.role}
              detail={[
                r.members === 0 ? 'Nobody in it' : people(r.members),
                r.ending > 0 && `${r.ending} end soon`,
                r.waiting > 0 && (r.waiting === 1 ? '1 request waits' : `${r.waiting} requests wait`),
              ]
                .filter(Boolean)
                .join(' · ')}
            />
          </li>
        ))}
      </ul>
    </Card>
  )
}
