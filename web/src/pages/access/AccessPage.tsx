import { Plus } from 'lucide-react'
import type { User } from '../../api/types'
import { Button } from '../../components/Button'
import { later } from '../../components/later'
import { PageFrame } from '../../components/PageFrame'
import { SkeletonRows } from '../../components/Skeleton'
import { Tabs } from '../../components/Tabs'
import { useAsk } from '../../modules/ask/open'
import { useFilters } from '../../modules/filters'
import { useMe } from '../../modules/me'
import { useRights } from '../../modules/rights'
import { Mine } from './Mine'

const holding = <SkeletonRows rows={8} label="Loading" />
const Owned = later<object>(() => import('./Lists').then((m) => m.Owned), undefined, holding)
const All = later<object>(() => import('./Lists').then((m) => m.All), undefined, holding)
const Expiring = later<object>(
  () => import('../../modules/expiring/ExpiringView').then((m) => m.ExpiringView),
  undefined,
  holding,
)
const Roles = later<{ owner: string }>(
  () => import('../../modules/access/RunRoles').then((m) => m.RunRoles),
  undefined,
  holding,
)
const Had = later<{ user: User }>(() => import('./Had').then((m) => m.Had), undefined, holding)
/** What the place of what I had was called before. */
const past = ['lost', 'history']

export function AccessPage() {
  const [filters, set] = useFilters()
  const rights = useRights()
  const me = useMe()
  const ask = useAsk()
  const tabs = [
    { value: 'mine', label: 'Mine', content: <Mine /> },
    { value: 'owned', label: 'I own', content: <Owned /> },
    { value: 'roles', label: 'Roles I run', content: <Roles owner="me" /> },
    ...(rights.auditor ? [{ value: 'all', label: 'All', content: <All /> }] : []),
    { value: 'expiring', label: 'Ends soon', content: <Expiring /> },
    { value: 'had', label: 'What I had', content: me ? <Had user={me.user} /> : holding },
  ]
  const asked = filters.view ?? (filters.at ? 'had' : 'mine')
  const named = past.includes(asked) ? 'had' : asked
  const view = tabs.some((t) => t.value === named) ? named : 'mine'
  return (
    <PageFrame
      title="Access"
      sub="Who has what, until when, and why."
      actions={
        <Button look="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => ask()}>
          Request access
        </Button>
      }
    >
      <Tabs
        label="Whose access"
        value={view}
        onChange={(v) =>
          set({
            view: v === 'mine' ? undefined : v,
            q: undefined,
            state: undefined,
            sort: undefined,
            show: undefined,
            at: undefined,
            as: undefined,
            relation: undefined,
            scope: undefined,
            within: undefined,
            from: undefined,
            to: undefined,
            via: undefined,
            reviewed: undefined,
            app: undefined,
            role: undefined,
            resource: undefined,
            person: undefined,
            manager: undefined,
            batch: undefined,
          })
        }
        tabs={tabs}
      />
    </PageFrame>
  )
}
