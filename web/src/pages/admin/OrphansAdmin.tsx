import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { UserRoundCheck } from 'lucide-react'
import { useState } from 'react'
import { give } from '../../api/access'
import { newKey } from '../../api/client'
import { listQuery, rows } from '../../api/list'
import type { components } from '../../api/schema'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import type { ComboboxItem } from '../../components/Combobox'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { Field } from '../../components/Field'
import { Confirm } from '../../components/LaterConfirm'
import { LoadMore } from '../../components/LoadMore'
import { many, people } from '../../components/number'
import { SkeletonRows } from '../../components/Skeleton'
import { type Column, Table } from '../../components/Table'
import { date } from '../../components/time'
import { toast } from '../../components/toast'
import { AdminFrame } from '../../modules/admin/AdminFrame'
import { PersonLink, ResourceLine } from '../../modules/names'
import { PersonPicker } from '../../modules/pickers'
import { useRights } from '../../modules/rights'
import { useTitle } from '../../modules/titles'

type Orphan = components['schemas']['Orphan']

const orphansQuery = () => listQuery<Orphan>(['orphans'], '/api/v1/orphans', { limit: 100, total: true })

/** OrphansAdmin lists what nobody looks after, each with who could. */
export function OrphansAdmin() {
  const rights = useRights()
  const title = useTitle()
  const query = useInfiniteQuery(orphansQuery())
  const [giving, setGiving] = useState<{ orphan: Orphan; choose: boolean } | null>(null)
  const list = rows(query.data)
  const total = query.data?.pages[0]?.total
  const columns: Column<Orphan>[] = [
    { key: 'what', header: 'What', cell: (o) => <ResourceLine resource={o.resource} /> },
    { key: 'why', header: 'Why it is here', cell: (o) => <Why orphan={o} />, className: 'md:w-1/3' },
    {
      key: 'members',
      header: 'Held by',
      cell: (o) => people(o.members) + (o.members > 1 ? ' directly' : ''),
    },
  ]
  return (
    <AdminFrame
      to="/admin/orphans"
      title="Without an owner"
      sub="What nobody can be expected to look after. Requests for it go to the admins until somebody owns it."
    >
      {query.isPending && <SkeletonRows rows={5} label="Loading" />}
      {!query.data && query.error && (
        <Card>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      )}
      {query.data && list.length === 0 && (
        <Card>
          <EmptyState kind="first" icon={UserRoundCheck} title="Everything has an owner">
            When the last owner of something leaves, it shows up here, with who could own it.
          </EmptyState>
        </Card>
      )}
      {list.length > 0 && (
        <>
          {!!total && <p className="mb-3 text-muted">{many(total, 'thing')}</p>}
          <Table
            caption="Without an owner"
            columns={columns}
            rows={list}
            id={(o) => o.resource.id}
            action={
              rights.admin
                ? (o) => (
                    <>
                      {o.suggested && (
                        <Button
                          size="sm"
                          className="min-w-0 py-1 whitespace-normal! md:max-w-72"
                          onClick={() => setGiving({ orphan: o, choose: false })}
                        >
                          Make {o.suggested.name} the owner
                          <span className="sr-only"> of {title(o.resource)}</span>
                        </Button>
                      )}
                      <Button
                        size="sm"
                        look="quiet"
                        onClick={() => setGiving({ orphan: o, choose: true })}
                        aria-label={`Choose an owner of ${title(o.resource)}`}
                      >
                        Choose
                      </Button>
                    </>
                  )
                : undefined
            }
          />
        </>
      )}
      <LoadMore query={query} />
      {giving && (
        <MakeOwner
          key={giving.orphan.resource.id}
          orphan={giving.orphan}
          choose={giving.choose}
          onClose={() => setGiving(null)}
        />
      )}
    </AdminFrame>
  )
}

function Why({ orphan: o }: { orphan: Orphan }) {
  if (o.why === 'only_member')
    return (
      <>Its only owner, {o.owner ? <PersonLink user={o.owner} /> : 'somebody'}, is the only one who has it.</>
    )
  if (!o.owner) return <>Nobody owns it.</>
  return (
    <>
      <PersonLink user={o.owner} /> owned it{o.app && ' or its app'}
      {o.owned_until ? ` until ${date(o.owned_until)}` : ''}
      {o.ended_reason ? `: ${o.ended_reason}` : ''}.
    </>
  )
}

function MakeOwner({ orphan: o, choose, onClose }: { orphan: Orphan; choose: boolean; onClose: () => void }) {
  const client = useQueryClient()
  const title = useTitle()(o.resource)
  const [key] = useState(newKey)
  const [person, setPerson] = useState<ComboboxItem | null>(
    !choose && o.suggested ? { value: o.suggested.login, label: o.suggested.name } : null,
  )
  return (
    <Confirm
      open
      onClose={onClose}
      title={person && !choose ? `Make ${person.label} the owner of ${title}?` : `Who should own ${title}?`}
      action="Make them the owner"
      reason={{ label: 'Why?', required: true, help: 'They read it when they are told.' }}
      onConfirm={async (reason) => {
        if (!person) throw new Error('Choose a person first.')
        await give(
          { subject: person.value, resource: o.resource.slug, relation: 'owner', no_end: true, reason },
          key,
        )
        for (const k of ['orphans', 'resource', 'holders', 'grants'])
          void client.invalidateQueries({ queryKey: [k] })
        toast(`${person.label} owns ${title} now.`, { tone: 'good' })
      }}
    >
      {choose ? (
        <Field label="Owner">
          {(control) => <PersonPicker control={control} value={person} onChange={setPerson} />}
        </Field>
      ) : (
        'An owner decides requests for it, adds and removes people, and keeps its description.'
      )}
    </Confirm>
  )
}
