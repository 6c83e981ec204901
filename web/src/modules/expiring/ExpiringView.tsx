import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { newKey } from '../../api/client'
import { type ExpiringFilter, expiringQuery, startBatch } from '../../api/expiring'
import { rows } from '../../api/list'
import type { Batch, BatchItem, Expiring } from '../../api/types'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { Confirm } from '../../components/LaterConfirm'
import { LoadMore } from '../../components/LoadMore'
import { later } from '../../components/later'
import { SkeletonRows } from '../../components/Skeleton'
import { startOfDay } from '../../components/zone'
import { useFilters } from '../filters'
import { WhatChanges } from '../impact/Folded'
import { useRights } from '../rights'
import { ExpiringTable } from './ExpiringTable'
import { Filters, narrowing, scopes } from './Filters'
import type { Renewal } from './RenewDialog'
import { untilDays } from './words'

const RenewDialog = later<Parameters<typeof import('./RenewDialog').RenewDialog>[0]>(() =>
  import('./RenewDialog').then((m) => m.RenewDialog),
)
const BatchPanel = later<Parameters<typeof import('./BatchPanel').BatchPanel>[0]>(() =>
  import('./BatchPanel').then((m) => m.BatchPanel),
)

/** The limit of a row that was refused for another reason: the server holds it to its own. */
const unknown = { greatest: 'P3650D', from: '', key: 'any' }

/** What is decided about: the rows that were picked, or all that the filters find. */
interface Choice {
  rows: readonly Expiring[]
  filter?: ExpiringFilter
  count: number
}

/** ExpiringView is what ends soon: mine, what I own, or everything; decided on one by one or thousands at once. */
export function ExpiringView() {
  const [filters, set] = useFilters()
  const client = useQueryClient()
  const rights = useRights()
  const known = scopes.find((s) => s === filters.scope) ?? 'mine'
  const scope = known === 'all' && rights.known && !rights.auditor ? 'owned' : known
  const within = filters.within ?? '30'
  const filter: ExpiringFilter = {
    scope,
    q: filters.q,
    app: filters.app,
    role: filters.role,
    resource: filters.resource,
    person: scope === 'mine' ? undefined : filters.person,
    manager: scope === 'mine' ? undefined : filters.manager,
    via: filters.via,
    relation: filters.relation,
    reviewed: filters.reviewed,
    from: within === 'dates' ? startOfDay(filters.from) : undefined,
    to:
      within === 'dates' ? startOfDay(filters.to) : /^\d{1,4}$/.test(within) ? untilDays(within) : undefined,
  }
  const sort = filters.sort || 'ends_at'
  const query = useInfiniteQuery(expiringQuery(filter, sort))
  const items = rows(query.data)
  const total = query.data?.pages[0]?.total ?? items.length
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const [everything, setEverything] = useState(false)
  const [renewal, setRenewal] = useState<Renewal | null>(null)
  const [asking, setAsking] = useState<{ action: 'end' | 'review'; choice: Choice } | null>(null)
  const filtered = narrowing.some((k) => filters[k])

  const chosen = items.filter((r) => picked.has(r.grant.id))
  const choice: Choice = everything
    ? { rows: [], filter, count: total }
    : { rows: chosen, count: chosen.length }
  const pick = (ids: ReadonlySet<string>) => {
    setEverything(false)
    setPicked(ids)
  }
  /** started leaves picked what the batch is not about: another row may have been renewed by its own button. */
  const started = (b: Batch, of: Pick<Choice, 'rows' | 'filter'>) => {
    setRenewal(null)
    if (of.filter) pick(new Set())
    else {
      const gone = new Set(of.rows.map((r) => r.grant.id))
      setPicked((old) => new Set([...old].filter((id) => !gone.has(id))))
    }
    client.setQueryData(['batch', b.id], b)
    set({ batch: b.id })
  }
  const fix = (list: readonly BatchItem[]) =>
    setRenewal({
      rows: list.flatMap((it) => (it.grant ? [{ grant: it.grant, limits: it.limits ?? unknown }] : [])),
      count: list.length,
      own: Object.fromEntries(list.flatMap((it) => (it.limits ? [[it.grant_id, it.limits.greatest]] : []))),
    })
  const act = async (reason: string) => {
    if (!asking) return
    const { action, choice: c } = asking
    started(
      await startBatch(
        {
          action,
          reason: reason || undefined,
          ...(c.filter ? { filter: c.filter } : { items: c.rows.map((r) => ({ grant_id: r.grant.id })) }),
        },
        newKey(),
      ),
      c,
    )
  }
  const n = choice.count.toLocaleString('en')
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <Filters auditor={rights.auditor} scope={scope} />
      {filters.batch && (
        <BatchPanel
          id={filters.batch}
          onClose={() => set({ batch: undefined })}
          onBatch={(id) => set({ batch: id })}
          onFix={fix}
        />
      )}
      {query.isPending ? (
        <SkeletonRows rows={8} label="Loading" />
      ) : query.isError && !query.data ? (
        <Card>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      ) : items.length === 0 ? (
        <Card>
          {filtered ? (
            <EmptyState
              kind="filtered"
              title="Nothing that ends matches"
              action={
                <Button onClick={() => set(Object.fromEntries(narrowing.map((k) => [k, undefined])))}>
                  Clear filters
                </Button>
              }
            />
          ) : (
            <EmptyState kind="first" title="Nothing ends in the next 30 days">
              What has an end is listed here before it comes, so that it can be renewed, or left to end.
            </EmptyState>
          )}
        </Card>
      ) : (
        <>
          <p className="text-muted" role="status">
            {total.toLocaleString('en')} {total === 1 ? 'grant ends' : 'grants end'}
            {items.length < total && `, ${items.length.toLocaleString('en')} listed`}.
          </p>
          <ExpiringTable
            rows={items}
            total={total}
            sort={sort}
            onSort={(s) => set({ sort: s === 'ends_at' ? undefined : s })}
            picked={picked}
            onPick={pick}
            onRenew={(list) => setRenewal({ rows: list, count: list.length })}
          />
          <LoadMore query={query} />
        </>
      )}
      {choice.count > 0 && (everything || chosen.length > 0) && (
        <section
          aria-label="Selected"
          data-bar
          className="enter sticky bottom-[calc(4.25rem+env(safe-area-inset-bottom))] z-20 flex flex-wrap items-center gap-2 rounded-lg border border-line bg-raised py-2.5 pr-2.5 pl-4 shadow-pop md:bottom-5"
        >
          <p className="min-w-40 flex-1">
            <span className="font-medium">{everything ? `All ${n} that match` : `${n} selected`}</span>
            {!everything && chosen.length === items.length && items.length < total && (
              <button
                type="button"
                className="touch ml-2 rounded text-accent-text underline underline-offset-2"
                onClick={() => setEverything(true)}
              >
                Select all {total.toLocaleString('en')} that match
              </button>
            )}
          </p>
          <Button look="quiet" onClick={() => pick(new Set())}>
            Clear
          </Button>
          <Button look="danger-quiet" onClick={() => setAsking({ action: 'end', choice })}>
            End {n} now
          </Button>
          <Button onClick={() => setAsking({ action: 'review', choice })}>Do not renew</Button>
          <Button look="primary" onClick={() => setRenewal({ ...choice, sort })}>
            Renew {n}
          </Button>
        </section>
      )}
      {renewal && (
        <RenewDialog
          renewal={renewal}
          onClose={() => setRenewal(null)}
          onStarted={(b) => started(b, renewal)}
        />
      )}
      <Confirm
        open={asking !== null}
        danger={asking?.action === 'end'}
        onClose={() => setAsking(null)}
        title={
          asking?.action === 'end'
            ? `End ${asking.choice.count.toLocaleString('en')} now?`
            : `Mark ${asking?.choice.count.toLocaleString('en') ?? ''} as not to be renewed?`
        }
        action={asking?.action === 'end' ? 'End access' : 'Do not renew'}
        dismiss={asking?.action === 'end' ? 'Keep it' : 'Cancel'}
        reason={{
          label: 'Why?',
          required: asking?.action === 'end',
          help: 'It is kept in the history and shown to who looks at the grant.',
        }}
        onConfirm={act}
      >
        {asking?.action === 'end'
          ? `${asking.choice.count === 1 ? 'It ends' : 'They end'} now, which cannot be taken back. What another grant gives stays.`
          : asking?.choice.count === 1
            ? 'It ends on its day, and nobody is told again before. A renewal takes the mark away.'
            : 'Each ends on its day, and nobody is told again before. A renewal takes the mark away.'}
        {asking?.action === 'end' && (
          <div className="mt-3 text-ink">
            <WhatChanges
              trial={{
                method: 'post',
                path: '/api/v1/batches',
                body: {
                  action: 'end',
                  reason: 'Not said yet',
                  ...(asking.choice.filter
                    ? { filter: asking.choice.filter }
                    : { items: asking.choice.rows.map((r) => ({ grant_id: r.grant.id })) }),
                },
              }}
            />
          </div>
        )}
      </Confirm>
    </div>
  )
}
