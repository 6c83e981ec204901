import { SlidersHorizontal } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../components/Button'
import { Field } from '../../components/Field'
import { Input, SearchInput } from '../../components/Input'
import { Segments } from '../../components/Segments'
import { Select } from '../../components/Select'
import { useFilters, useTextFilter } from '../filters'
import { PersonPicker, ResourcePicker } from '../pickers'
import { Views } from './Views'

/** The filters of the address that narrow the list, in the order of the form. */
export const narrowing = [
  'q',
  'within',
  'from',
  'to',
  'via',
  'relation',
  'reviewed',
  'app',
  'role',
  'resource',
  'person',
  'manager',
] as const
export const scopes = ['mine', 'owned', 'all'] as const

const withins = [
  { value: '', label: 'In 30 days' },
  { value: '7', label: 'In 7 days' },
  { value: '90', label: 'In 90 days' },
  { value: 'any', label: 'At any time' },
  { value: 'dates', label: 'Between dates' },
]

/** Filters of what ends, all in the address. Which app, role and whose is behind "More", which opens by itself when one is set. */
export function Filters({ auditor, scope }: { auditor: boolean; scope: string }) {
  const [filters, set] = useFilters()
  const [text, setText] = useTextFilter('q', 300)
  const more = ['app', 'role', 'resource', 'person', 'manager'].filter((k) => filters[k]).length
  const [open, setOpen] = useState(more > 0)
  const picker = (key: string) => {
    const slug = filters[key]
    return {
      value: slug ? { value: slug, label: slug } : null,
      onChange: (item: { value: string } | null) => set({ [key]: item?.value }),
    }
  }
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap gap-2">
        <Segments
          label="Whose"
          className="max-sm:w-full"
          value={scope}
          onChange={(v) => set({ scope: v === 'mine' ? undefined : v, batch: undefined })}
          choices={[
            { value: 'mine', label: 'Mine' },
            { value: 'owned', label: 'I own' },
            ...(auditor ? [{ value: 'all', label: 'All' }] : []),
          ]}
        />
        <SearchInput
          label="Filter by person or access"
          placeholder="Person or access"
          className="min-w-full flex-1 sm:min-w-40"
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
        <Select
          aria-label="Ends"
          className="min-w-36 max-sm:flex-1"
          value={filters.within ?? ''}
          onChange={(e) => set({ within: e.target.value, from: undefined, to: undefined })}
          choices={withins}
        />
        <Select
          aria-label="Direct or by role"
          className="min-w-44 max-sm:flex-1 sm:min-w-36"
          value={filters.via ?? ''}
          onChange={(e) => set({ via: e.target.value })}
          choices={[
            { value: '', label: 'Direct or by role' },
            { value: 'direct', label: 'Direct' },
            { value: 'role', label: 'By role' },
          ]}
        />
        <Select
          aria-label="Reviewed"
          className="min-w-36 max-sm:flex-1 sm:min-w-44"
          value={filters.reviewed ?? ''}
          onChange={(e) => set({ reviewed: e.target.value })}
          choices={[
            { value: '', label: 'Reviewed?' },
            { value: 'false', label: 'Not reviewed' },
            { value: 'true', label: 'Not to be renewed' },
          ]}
        />
        <div className="flex gap-2">
          <Button
            aria-expanded={open}
            icon={<SlidersHorizontal aria-hidden className="size-4" />}
            onClick={() => setOpen(!open)}
          >
            More{more > 0 ? ` (${more})` : ''}
          </Button>
          <Views />
        </div>
      </div>
      {filters.within === 'dates' && (
        <div className="flex flex-wrap gap-3">
          <Field label="Ends from">
            {(c) => (
              <Input
                {...c}
                type="date"
                value={filters.from ?? ''}
                onChange={(e) => set({ from: e.target.value })}
              />
            )}
          </Field>
          <Field label="Ends before">
            {(c) => (
              <Input
                {...c}
                type="date"
                value={filters.to ?? ''}
                onChange={(e) => set({ to: e.target.value })}
              />
            )}
          </Field>
        </div>
      )}
      {open && (
        <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-5">
          <Field label="App">{(c) => <ResourcePicker control={c} kind="app" {...picker('app')} />}</Field>
          <Field label="Role">{(c) => <ResourcePicker control={c} kind="role" {...picker('role')} />}</Field>
          <Field label="Resource">
            {(c) => <ResourcePicker control={c} placeholder="Name" {...picker('resource')} />}
          </Field>
          {scope !== 'mine' && (
            <>
              <Field label="Person">
                {(c) => <PersonPicker control={c} placeholder="Name or login" {...picker('person')} />}
              </Field>
              <Field label="Reports to">
                {(c) => <PersonPicker control={c} placeholder="Name or login" {...picker('manager')} />}
              </Field>
            </>
          )}
        </div>
      )}
    </div>
  )
}
