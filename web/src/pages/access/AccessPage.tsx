import { Plus } from 'lucide-react'
import { Button } from '../../components/Button'
import { later } from '../../components/later'
import { PageFrame } from '../../components/PageFrame'
import { SkeletonRows } from '../../components/Skeleton'
import { Tabs } from '../../components/Tabs'
import { useAsk } from '../../modules/ask/open'
import { useFilters } from '../../modules/filters'
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
const Past = later<object>(() => import('./Lists').then((m) => m.Past), undefined, holding)

export function AccessPage() {
  const [filters, set] = useFilters()
  const rights = useRights()
  const ask = useAsk()
  const tabs = [
    { value: 'mine', label: 'Mine', content: <Mine /> },
    { value: 'owned', label: 'I own', content: <Owned /> },
    ...(rights.auditor ? [{ value: 'all', label: 'All', content: <All /> }] : []),
    { value: 'expiring', label: 'Ends soon', content: <Expiring /> },
    { value: 'history', label: 'What I had', content: <Past /> },
  ]
  const view = tabs.some((t) => t.value === filters.view) ? (filters.view ?? '') : 'mine'
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
