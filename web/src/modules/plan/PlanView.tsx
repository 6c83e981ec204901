import { Minus, Pencil, Plus } from 'lucide-react'
import type { Plan, PlanItem } from '../../api/plan'
import { Badge, type Tone } from '../../components/Badge'
import { cx } from '../../components/cx'
import { Note } from '../../components/Note'
import { actionWords, byAction, countWords, ends, isEmpty } from './plan'

/** PlanView shows what would change: counts, what is wrong, and each change. */
export function PlanView({ plan }: { plan: Plan }) {
  const faults = plan.faults ?? []
  return (
    <div className="grid gap-4">
      <div className="grid grid-cols-2 gap-2 sm:grid-cols-4">
        <Tally label="New" value={plan.creates} tone="good" />
        <Tally label="Changed" value={plan.changes} tone="info" />
        <Tally label="Removed" value={plan.removes} tone="bad" />
        <Tally label="Unchanged" value={plan.unchanged} tone="neutral" />
      </div>
      {countWords(plan).length > 0 && (
        <ul className="flex flex-wrap gap-1.5" aria-label="By kind">
          {countWords(plan).map((c) => (
            <li key={c.key}>
              <Badge tone={c.ends ? 'bad' : 'neutral'}>{c.words}</Badge>
            </li>
          ))}
        </ul>
      )}
      {plan.refused && <Note tone="warn">{plan.refused}</Note>}
      {(plan.warnings ?? []).map((w) => (
        <Note key={w} tone="warn">
          {w}
        </Note>
      ))}
      {faults.length > 0 && <Faults faults={faults} />}
      {isEmpty(plan) ? (
        <p className="text-muted">Nothing would change: everything is as the source says.</p>
      ) : (
        byAction(plan.items ?? []).map(([action, items]) => (
          <section key={action} aria-label={actionWords[action]}>
            <h3 className="mb-1.5 font-medium text-[0.8125rem] text-muted">
              {actionWords[action]} · {items.length}
            </h3>
            <ul className="divide-y divide-line rounded-lg border border-line">
              {items.slice(0, 100).map((item) => (
                <Line key={item.kind + item.slug + (item.detail ?? '')} item={item} />
              ))}
            </ul>
            {items.length > 100 && (
              <p className="mt-1.5 text-[0.8125rem] text-muted">and {items.length - 100} more</p>
            )}
          </section>
        ))
      )}
      {!!plan.cut && (
        <p className="text-[0.8125rem] text-muted">{plan.cut} more changes are not listed here.</p>
      )}
    </div>
  )
}

/** Faults lists what is wrong in a source, with its place. */
export function Faults({
  faults,
}: {
  faults: readonly { location?: string; path?: string; message: string }[]
}) {
  return (
    <section
      aria-label="What is wrong in the source"
      className="rounded-lg border border-bad/40 bg-bad-soft/40"
    >
      <h3 className="px-4 pt-3 font-medium text-bad">
        {faults.length === 1 ? 'One thing is wrong' : `${faults.length} things are wrong`}
      </h3>
      <ul className="grid gap-x-3 gap-y-1 px-4 pt-1.5 pb-3 sm:grid-cols-[fit-content(14rem)_minmax(0,1fr)]">
        {faults.slice(0, 200).map((f, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same fault may be there twice
          <li key={i} className="col-span-full grid sm:grid-cols-subgrid">
            <code
              title={f.location ?? f.path}
              className="truncate font-mono text-[0.8125rem] text-muted leading-6"
            >
              {f.location ?? f.path}
            </code>
            <span>{f.message}</span>
          </li>
        ))}
      </ul>
      {faults.length > 200 && <p className="px-4 pb-3 text-muted">and {faults.length - 200} more</p>}
    </section>
  )
}

const numbers: Record<string, string> = {
  good: 'text-good',
  info: 'text-info',
  bad: 'text-bad',
  neutral: 'text-muted',
}
function Tally({ label, value, tone }: { label: string; value: number; tone: Tone }) {
  return (
    <div className="rounded-lg border border-line bg-surface px-4 py-3">
      <p className={cx('font-semibold text-xl tabular-nums', value ? numbers[tone] : 'text-muted')}>
        {value}
      </p>
      <p className="text-[0.8125rem] text-muted">{label}</p>
    </div>
  )
}

function Line({ item }: { item: PlanItem }) {
  const Icon = ends(item.action) ? Minus : item.action === 'change' ? Pencil : Plus
  const look = ends(item.action) ? 'text-bad' : item.action === 'change' ? 'text-info' : 'text-good'
  return (
    <li className="flex gap-3 px-3 py-2">
      <Icon aria-hidden className={cx('mt-1 size-3.5 shrink-0', look)} />
      <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">
        <span className="font-medium">{item.name || item.slug}</span>{' '}
        <span className="text-[0.8125rem] text-muted">
          {item.kind.replaceAll('_', ' ')}
          {item.name && item.slug ? ` · ${item.slug}` : ''}
        </span>
        {item.detail && <p className="text-[0.875rem] text-muted">{item.detail}</p>}
        {(item.fields ?? []).map((f) => (
          <p key={f.field} className="text-[0.8125rem]">
            <span className="text-muted">{f.field}:</span>{' '}
            <del className="text-bad">{f.before || 'nothing'}</del>{' '}
            <ins className="text-good no-underline">{f.after || 'nothing'}</ins>
          </p>
        ))}
      </div>
    </li>
  )
}
