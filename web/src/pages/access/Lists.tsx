// The lists of grants beside one's own: what I own, everything, what I had.
import { EmptyState } from '../../components/EmptyState'
import { ends, given, lost, person, resource, since, state, why } from './columns'
import { GrantTable } from './GrantTable'

export const Owned = () => (
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

export const All = () => (
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

export const Past = () => (
  <GrantTable
    caption="What I had"
    name="access-i-had"
    scope={{ subject: 'user:me' }}
    fixed="ended"
    order="-ended_at"
    columns={[resource, given, since, lost, why]}
    empty={
      <EmptyState kind="first" title="Nothing has ended yet">
        What you lose or give back stays here, with when and why.
      </EmptyState>
    }
  />
)
