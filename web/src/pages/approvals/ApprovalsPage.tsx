import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useDeferredValue, useEffect, useRef, useState } from 'react'
import { inboxQuery } from '../../api/request'
import type { AccessRequest } from '../../api/types'
import { Button, buttonClass } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { SearchInput } from '../../components/Input'
import { Kbd } from '../../components/Kbd'
import { many } from '../../components/number'
import { PageFrame } from '../../components/PageFrame'
import { Select } from '../../components/Select'
import { SkeletonRows } from '../../components/Skeleton'
import { useShortcuts, useShortcutsEnabled } from '../../components/shortcuts'
import { useCast } from '../../modules/decision/cast'
import { warned } from '../../modules/decision/facts'
import { subjectOf } from '../../modules/names'
import { requestPath } from '../../modules/paths'
import { useHeld } from '../../modules/undo'
import { ApprovalCard } from './ApprovalCard'
import { BulkBar } from './BulkBar'

const kinds = [
  { value: '', label: 'Every kind' },
  { value: 'access', label: 'Access' },
  { value: 'extend', label: 'Renewals' },
  { value: 'role_access', label: 'Access for roles' },
  { value: 'work_order', label: 'Work orders' },
  { value: 'create', label: 'New things' },
]

export function ApprovalsPage() {
  const search = useSearch({ strict: false }) as { q?: string; kind?: string }
  const navigate = useNavigate()
  const { data, error, isPending, refetch } = useQuery(inboxQuery())
  const held = useHeld()
  const cast = useCast()
  const keysOn = useShortcutsEnabled()
  const q = useDeferredValue(search.q ?? '')
  const [currentId, setCurrentId] = useState('')
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [denying, setDenying] = useState('')
  const anchor = useRef('')
  const byKey = useRef(false)

  const all = (data?.items ?? []).filter((r) => !held.has(r.id))
  const list = all.filter((r) => (!search.kind || r.kind === search.kind) && matches(r, q))
  // When the card with the mark leaves, the mark stays at its place.
  const place = useRef(0)
  const found = list.findIndex((r) => r.id === currentId)
  const at = found >= 0 ? found : Math.min(place.current, list.length - 1)
  place.current = Math.max(at, 0)
  const current = list[at]
  const chosen = list.filter((r) => selected.has(r.id))

  // A card that comes back, by Undo or because the vote was refused, gets the mark.
  const gone = useRef(held)
  useEffect(() => {
    const back = list.find((r) => gone.current.has(r.id) && !held.has(r.id))
    gone.current = held
    if (back) setCurrentId(back.id)
  }, [held, list])

  useEffect(() => {
    if (!byKey.current || !current) return
    byKey.current = false
    document.getElementById(`card-${current.id}`)?.focus()
  }, [current])

  const set = (key: 'q' | 'kind', value: string) =>
    void navigate({ to: '.', search: { ...search, [key]: value || undefined } as never, replace: true })
  const move = (step: number) => {
    const next = list[Math.max(0, Math.min(list.length - 1, at + step))]
    if (!next) return
    byKey.current = true
    if (next.id === currentId) document.getElementById(`card-${next.id}`)?.focus()
    setCurrentId(next.id)
  }
  const toggle = (id: string, range = false) => {
    const next = new Set(selected)
    const from = list.findIndex((r) => r.id === anchor.current)
    const to = list.findIndex((r) => r.id === id)
    if (range && from >= 0)
      for (const r of list.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(r.id)
    else if (!next.delete(id)) next.add(id)
    anchor.current = id
    setSelected(next)
  }
  // What goes far needs a second press, and is never approved in bulk.
  const [sure, setSure] = useState('')
  const approve = (r: AccessRequest) => {
    if (warned(r) && sure !== r.id) setSure(r.id)
    else decide([r], 'approve')
  }
  const plain = chosen.filter((r) => !warned(r))
  const decide = (requests: readonly AccessRequest[], vote: 'approve' | 'deny', comment?: string) => {
    setDenying('')
    setSelected(new Set())
    byKey.current = true
    cast(requests, { vote, comment })
  }

  useShortcuts('Approvals', [
    { keys: 'j', label: 'Next', run: () => move(1) },
    { keys: 'k', label: 'Previous', run: () => move(-1) },
    {
      keys: 'a',
      label: 'Approve',
      run: () => (chosen.length ? decide(plain, 'approve') : current && approve(current)),
    },
    {
      keys: 'd',
      label: 'Deny',
      run: () => setDenying(chosen.length ? 'selected' : (current?.id ?? '')),
    },
    { keys: 'x', label: 'Select', run: () => current && toggle(current.id) },
    { keys: 'Shift+x', label: 'Select up to here', run: () => current && toggle(current.id, true) },
    { keys: 'o', label: 'Open', run: () => current && void navigate({ to: requestPath(current) }) },
    { keys: 'Enter', label: 'Open', run: () => current && void navigate({ to: requestPath(current) }) },
  ])

  const sub = data
    ? all.length === 0
      ? 'Nothing waits for you'
      : data.next_cursor
        ? `More than ${many(all.length, 'request waits', 'requests wait')} for you; the oldest are listed, and the others come as you decide`
        : `${many(all.length, 'request waits', 'requests wait')} for you`
    : ' '
  return (
    <PageFrame
      title="Approvals"
      sub={sub}
      width="narrow"
      actions={
        <Link to="/requests" search={{ view: 'decided' } as never} className={buttonClass('quiet', 'sm')}>
          What you decided
        </Link>
      }
    >
      {(data?.items?.length ?? 0) > 1 && (
        <div className="mb-4 flex flex-wrap gap-2">
          <SearchInput
            label="Person, resource, reason"
            className="min-w-52 flex-1"
            value={search.q ?? ''}
            onChange={(e) => set('q', e.target.value)}
          />
          <Select
            aria-label="Kind"
            className="w-44 max-sm:flex-1"
            choices={kinds}
            value={search.kind ?? ''}
            onChange={(e) => set('kind', e.target.value)}
          />
        </div>
      )}
      {isPending && <SkeletonRows rows={4} />}
      {!data && error && (
        <Card>
          <ErrorState error={error} onRetry={() => void refetch()} />
        </Card>
      )}
      {data && list.length === 0 && (
        <Card>
          {all.length > 0 ? (
            <EmptyState
              kind="filtered"
              title="No request matches"
              action={
                <Button onClick={() => void navigate({ to: '.', search: {} as never, replace: true })}>
                  Clear filters
                </Button>
              }
            >
              {all.length} {all.length === 1 ? 'waits' : 'wait'} behind the filter.
            </EmptyState>
          ) : (
            <EmptyState kind="first" title="Nothing waits for you">
              When someone asks for access to something you own, manage or guard, it shows up here.
            </EmptyState>
          )}
        </Card>
      )}
      {list.length > 0 && (
        <ul className="grid gap-3" aria-label="Requests that wait for you">
          {list.map((r) => (
            <ApprovalCard
              key={r.id}
              request={r}
              current={r === current}
              selected={selected.has(r.id)}
              denying={denying === r.id}
              onFocus={() => setCurrentId(r.id)}
              onToggle={(range) => toggle(r.id, range)}
              sure={sure === r.id}
              onApprove={() => approve(r)}
              onDenying={(open) => setDenying(open ? r.id : '')}
              onDeny={(comment) => decide([r], 'deny', comment)}
            />
          ))}
        </ul>
      )}
      {list.length > 0 && keysOn && (
        <p
          className="mt-4 hidden flex-wrap items-center gap-x-4 gap-y-1 text-[0.8125rem] text-muted md:flex"
          aria-hidden
        >
          <span>
            <Kbd>J</Kbd> <Kbd>K</Kbd> move
          </span>
          <span>
            <Kbd>A</Kbd> approve
          </span>
          <span>
            <Kbd>D</Kbd> deny
          </span>
          <span>
            <Kbd>O</Kbd> open
          </span>
          <span>
            <Kbd>X</Kbd> select
          </span>
          <span>
            <Kbd>Z</Kbd> undo
          </span>
          <span>
            <Kbd>?</Kbd> all keys
          </span>
        </p>
      )}
      <BulkBar
        count={chosen.length}
        plain={plain.length}
        denying={denying === 'selected' && chosen.length > 0}
        onDenying={(open) => setDenying(open ? 'selected' : '')}
        onApprove={() => decide(plain, 'approve')}
        onDeny={(comment) => decide(chosen, 'deny', comment)}
        onClear={() => setSelected(new Set())}
      />
    </PageFrame>
  )
}

function matches(r: AccessRequest, q: string): boolean {
  const text = [r.requester.name, r.beneficiary.name, subjectOf(r).name, subjectOf(r).slug, r.reason ?? '']
    .join(' ')
    .toLowerCase()
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
