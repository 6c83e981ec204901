// Search fields for people and resources, for any form.
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { findResources } from '../api/resource'
import type { Kind, Resource, User } from '../api/types'
import { findUsers } from '../api/user'
import { Avatar } from '../components/Avatar'
import type { ComboboxItem, ComboboxProps } from '../components/Combobox'
import type { ControlProps } from '../components/Field'
import { Input } from '../components/Input'
import { ResourceIcon } from '../components/ResourceIcon'
import { kindWords } from './names'

// The list that opens is heavy; a page with a picker is drawn before it has arrived.
const Loaded = lazy(() => import('../components/Combobox').then((m) => ({ default: m.Combobox })))
function Combobox(props: ComboboxProps) {
  return (
    <Suspense fallback={<Input {...props.control} readOnly value={props.value?.label ?? ''} />}>
      <Loaded {...props} />
    </Suspense>
  )
}

export const userItem = (u: Pick<User, 'login' | 'name' | 'title' | 'department'>): ComboboxItem => ({
  value: u.login,
  label: u.name,
  detail: [u.title, u.department].filter(Boolean).join(' · ') || u.login,
  icon: <Avatar name={u.name} size="sm" />,
})

export const resourceItem = (r: Pick<Resource, 'slug' | 'name' | 'kind' | 'app'>): ComboboxItem => ({
  value: r.slug,
  label:
    r.app && !r.name.toLowerCase().startsWith(r.app.name.toLowerCase())
      ? `${r.app.name} · ${r.name}`
      : r.name,
  detail: kindWords[r.kind],
  icon: <ResourceIcon kind={r.kind} name={r.name} slug={r.slug} size="sm" />,
})

function useUserItems(query: string) {
  const { data, isFetching } = useQuery(findUsers(query))
  return { items: (data?.items ?? []).map(userItem), loading: isFetching }
}

/** PersonPicker gives back a login. */
export function PersonPicker(props: {
  control: ControlProps
  value: ComboboxItem | null
  onChange: (item: ComboboxItem | null) => void
  /** Shorter words, where there is little room. */
  placeholder?: string
}) {
  return (
    <Combobox placeholder="Name, login or e-mail" {...props} useItems={useUserItems} empty="Nobody found." />
  )
}

function useResourceItems(query: string) {
  const { data, isFetching } = useQuery(findResources(query))
  return { items: (data?.items ?? []).map(resourceItem), loading: isFetching }
}
function useGroupItems(query: string) {
  const { data, isFetching } = useQuery(findResources(query, 'group'))
  return { items: (data?.items ?? []).map(resourceItem), loading: isFetching }
}
function useRoleItems(query: string) {
  const { data, isFetching } = useQuery(findResources(query, 'role'))
  return { items: (data?.items ?? []).map(resourceItem), loading: isFetching }
}
function useAppItems(query: string) {
  const { data, isFetching } = useQuery(findResources(query, 'app'))
  return { items: (data?.items ?? []).map(resourceItem), loading: isFetching }
}

/** ResourcePicker gives back a slug; `kind` narrows what is found. */
export function ResourcePicker({
  kind,
  ...props
}: {
  control: ControlProps
  value: ComboboxItem | null
  onChange: (item: ComboboxItem | null) => void
  placeholder?: string
  kind?: Extract<Kind, 'group' | 'app' | 'role'>
}) {
  const useItems = kind
    ? { group: useGroupItems, app: useAppItems, role: useRoleItems }[kind]
    : useResourceItems
  return (
    <Combobox
      placeholder={
        kind ? `Name of ${kind === 'app' ? 'an app' : `a ${kind}`}` : 'Name of an app, group, role'
      }
      {...props}
      useItems={useItems}
      empty="Nothing found in the catalogue."
    />
  )
}
