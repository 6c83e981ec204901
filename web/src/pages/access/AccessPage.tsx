import { Plus } from 'lucide-react'
import { Button } from '../../components/Button'
import { EmptyState } from '../../components/EmptyState'
import { PageFrame } from '../../components/PageFrame'
import { Tabs } from '../../components/Tabs'
import { useAsk } from '../../modules/ask/open'
import { useFilters } from '../../modules/filters'
import { useRights } from '../../modules/rights'
import { ends, given, lost, person, resource, since, state, why } from './columns'
import { GrantTable } from './GrantTable'
import { Mine } from './Mine'

export function AccessPage() {
  const [filters, set] = useFilters()
  const rights = useRights()
  const ask = useAsk()
  const tabs = [
    { value: 'mine', label: 'Mine', content: <Mine /> },
    { value: 'owned', label: 'I own', content: <Owned /> },
    ...(rights.auditor ? [{ value: 'all', label: 'All', content: <All /> }] : []),
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
          })
        }
        tabs={tabs}
      />
    </PageFrame>
  )
}

const Owned = () => (
  <GrantTable
    caption="Access to what I own"
    name="access-i-own"
    scope={{ owned_by: 'me' }}
    order="ends_at"
    columns={[person, resource, given, since, state, ends]}
    selectable
    empty={
      <EmptyState kind="first" title="You own nothing that anybody holds">
        Owners decide who gets something and keep it in order. When you own an app, a group or an entitlement,
        everybody who has it is listed here.
      </EmptyState>
    }
  />
)

const All = () => (
  <GrantTable
    caption="All access"
    name="access-all"
    scope={{}}
    columns={[person, resource, given, since, state, ends]}
    selectable
    empty={
      <EmptyState kind="first" title="Nobody has anything yet">
        Approved requests and what a directory brings in show up here.
      </EmptyState>
    }
  />
)

const Past = () => (
  <GrantTable
    caption="What I had"
    name="access-i-had"
    scope={{ subject: 'user:me' }}
    fixed="ended"
    columns={[resource, given, since, lost, why]}
    empty={
      <EmptyState kind="first" title="Nothing has ended yet">
        What you lose or give back stays here, with when and why.
      </EmptyState>
    }
  />
)
