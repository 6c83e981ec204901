import { Link } from '@tanstack/react-router'
import { ArrowDown, ArrowUp, BellOff, Repeat } from 'lucide-react'
import { type MouseEvent, useRef } from 'react'
import type { Expiring } from '../../api/types'
import { Badge } from '../../components/Badge'
import { Button } from '../../components/Button'
import { Checkbox } from '../../components/Checkbox'
import { cx } from '../../components/cx'
import { step, useRowKeys } from '../../components/rowKeys'
import { useShortcuts } from '../../components/shortcuts'
import { exact } from '../../components/time'
import { useWindowed } from '../../components/windowed'
import { Ends } from '../access/Ends'
import { Person, ResourceLine, relationWords } from '../names'
import { resourcePath } from '../paths'
import { useTitle } from '../titles'
import { atMost, hangs } from './words'

const cell =
  'px-4 py-2.5 align-middle max-md:flex max-md:items-baseline max-md:gap-3 max-md:px-0 max-md:py-1 [overflow-wrap:anywhere]'
const heads = [
  { key: 'who', label: 'Who', sort: 'subject' },
  { key: 'access', label: 'Access', sort: 'resource' },
  { key: 'hangs', label: 'Hangs on it' },
  { key: 'ends', label: 'Ends', sort: 'ends_at' },
  { key: 'limit', label: 'Renew for at most' },
]

/** ExpiringTable is grants that end: rows of a table, cards on a phone, only those in sight when there are many. */
export function ExpiringTable({
  rows,
  total,
  sort,
  onSort,
  picked,
  onPick,
  onRenew,
}: {
  rows: readonly Expiring[]
  total: number
  sort: string
  onSort: (sort: string) => void
  picked: ReadonlySet<string>
  onPick: (ids: ReadonlySet<string>) => void
  onRenew: (rows: readonly Expiring[]) => void
}) {
  const body = useRef<HTMLTableSectionElement>(null)
  const last = useRef<string | undefined>(undefined)
  const shift = useRef(false)
  const { from, to, before, after } = useWindowed(body, rows.length)
  const title = useTitle()
  useRowKeys('What ends')
  /** pick turns one row on or off; as a range, all from the row that was pressed last. */
  const pick = (id: string, range: boolean) => {
    const next = new Set(picked)
    const on = !picked.has(id)
    const a = rows.findIndex((r) => r.grant.id === last.current)
    const b = rows.findIndex((r) => r.grant.id === id)
    const ids = range && a >= 0 ? rows.slice(Math.min(a, b), Math.max(a, b) + 1).map((r) => r.grant.id) : [id]
    for (const x of ids) {
      if (on) next.add(x)
      else next.delete(x)
    }
    last.current = id
    onPick(next)
  }
  const here = () => {
    const id = document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset.row
    return rows.find((r) => r.grant.id === id)
  }
  const pickHere = (range: boolean) => {
    const row = here()
    if (row) pick(row.grant.id, range)
    else step(1)
  }
  useShortcuts('What ends', [
    { keys: 'x', label: 'Select the row', run: () => pickHere(false) },
    { keys: 'Shift+x', label: 'Select up to this row', run: () => pickHere(true) },
    {
      keys: 'r',
      label: 'Renew what is selected, or the row',
      run: () => {
        const chosen = rows.filter((r) => picked.has(r.grant.id))
        const row = here()
        if (chosen.length > 0) onRenew(chosen)
        else if (row) onRenew([row])
      },
    },
  ])
  const all = rows.length > 0 && rows.every((r) => picked.has(r.grant.id))
  return (
    <div className="relative rounded-lg border-line md:overflow-x-auto md:border md:bg-surface md:shadow-card xl:overflow-visible">
      <table aria-rowcount={total + 1} className="w-full border-collapse text-left max-md:block">
        <caption className="sr-only">Access that ends</caption>
        <thead className="border-line border-b bg-sunken text-[0.8125rem] text-muted max-md:sr-only xl:sticky xl:top-14 xl:z-10 xl:shadow-[0_1px_0_var(--color-line)] xl:[&_th:first-child]:rounded-tl-lg xl:[&_th:last-child]:rounded-tr-lg">
          <tr aria-rowindex={1}>
            <th scope="col" className="w-10 py-1.5 pl-3">
              <Checkbox
                aria-label="Select all that are listed"
                checked={all}
                mixed={!all && picked.size > 0}
                onChange={() => onPick(new Set(all ? [] : rows.map((r) => r.grant.id)))}
              />
            </th>
            {heads.map((h) => {
              const active = h.sort && (sort === h.sort || sort === `-${h.sort}`)
              const down = sort === `-${h.sort}`
              return (
                <th
                  key={h.key}
                  scope="col"
                  aria-sort={active ? (down ? 'descending' : 'ascending') : undefined}
                  className="h-9 px-4 font-medium whitespace-nowrap"
                >
                  {h.sort ? (
                    <button
                      type="button"
                      className="-mx-1 inline-flex min-h-7 items-center gap-1 rounded px-1 hover:text-ink"
                      onClick={() => onSort(active && !down ? `-${h.sort}` : (h.sort ?? ''))}
                    >
                      {h.label}
                      {active &&
                        (down ? (
                          <ArrowDown aria-hidden className="size-3.5" />
                        ) : (
                          <ArrowUp aria-hidden className="size-3.5" />
                        ))}
                    </button>
                  ) : (
                    h.label
                  )}
                </th>
              )
            })}
            <th scope="col" className="px-4">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody ref={body} className="max-md:grid max-md:grid-cols-[minmax(0,1fr)] max-md:gap-3">
          {before > 0 && <tr aria-hidden style={{ height: before }} className="max-md:block" />}
          {rows.slice(from, to).map((r, i) => {
            const g = r.grant
            const what = `${g.subject.name}, ${title(g.resource)}`
            return (
              <tr
                key={g.id}
                data-row={g.id}
                aria-rowindex={from + i + 2}
                className={cx(
                  'border-line hover:bg-hover/50 max-md:relative max-md:block max-md:rounded-lg max-md:border max-md:bg-surface max-md:p-4 max-md:shadow-card md:[&:not(:last-child)]:border-b',
                  picked.has(g.id) && 'bg-accent-soft/60 max-md:bg-accent-soft',
                )}
              >
                <td className="w-10 py-2 pl-3 max-md:absolute max-md:top-2.5 max-md:right-2.5 max-md:p-0">
                  <Checkbox
                    aria-label={`Select ${what}`}
                    checked={picked.has(g.id)}
                    onClick={(e: MouseEvent) => {
                      shift.current = e.shiftKey
                    }}
                    onChange={() => {
                      pick(g.id, shift.current)
                      shift.current = false
                    }}
                  />
                </td>
                <td className={cx(cell, 'max-md:mb-1 max-md:pr-10 max-md:font-medium')}>
                  <div className="min-w-0 md:min-w-36 md:max-w-72">
                    <Who row={r} />
                  </div>
                </td>
                <td className={cell}>
                  <Name>Access</Name>
                  <div className="min-w-0 md:min-w-44 md:max-w-96">
                    <ResourceLine
                      resource={g.resource}
                      detail={[relationWords[g.relation], r.app && `of ${r.app.name}`]
                        .filter(Boolean)
                        .join(' ')}
                    />
                  </div>
                </td>
                <td className={cx(cell, !hangs(r) && !r.continues && !r.reviewed && 'max-md:hidden')}>
                  <Name>Hangs on it</Name>
                  <span className="flex flex-wrap items-center gap-1.5">
                    <Hanging row={r} />
                    {r.continues && (
                      <span title="The person goes on having it by another reason, so nobody is told of this end.">
                        <Badge tone="info" icon={<Repeat aria-hidden />}>
                          Goes on by another reason
                        </Badge>
                      </span>
                    )}
                    {r.reviewed && (
                      <span
                        title={[r.reviewed.by?.name, exact(r.reviewed.at), r.reviewed.reason]
                          .filter(Boolean)
                          .join(' · ')}
                      >
                        <Badge icon={<BellOff aria-hidden />}>
                          Not to be renewed{r.reviewed.by ? `, ${r.reviewed.by.name}` : ''}
                        </Badge>
                      </span>
                    )}
                  </span>
                </td>
                <td className={cx(cell, 'md:whitespace-nowrap')}>
                  <Name>Ends</Name>
                  <Ends at={g.ends_at} never={g.no_end} />
                </td>
                <td className={cell}>
                  <Name>At most</Name>
                  <span>
                    {atMost(r.limits)}
                    {r.limits.key !== 'any' && (
                      <span className="block text-[0.8125rem] text-muted">{r.limits.from}</span>
                    )}
                  </span>
                </td>
                <td className="px-4 py-2 text-right max-md:block max-md:px-0 max-md:pt-3 max-md:pb-0">
                  <Button size="sm" className="max-md:w-full" onClick={() => onRenew([r])}>
                    Renew<span className="sr-only"> {what}</span>
                  </Button>
                </td>
              </tr>
            )
          })}
          {after > 0 && <tr aria-hidden style={{ height: after }} className="max-md:block" />}
        </tbody>
      </table>
    </div>
  )
}

const Name = ({ children }: { children: string }) => (
  <span aria-hidden className="w-24 shrink-0 text-[0.8125rem] text-muted md:hidden">
    {children}
  </span>
)

function Who({ row }: { row: Expiring }) {
  const { subject } = row.grant
  if (subject.kind === 'user')
    return <Person user={{ id: subject.id, login: subject.login ?? subject.id, name: subject.name }} />
  return (
    <span>
      <span className="text-muted">Role </span>
      <Link
        to={resourcePath({ id: subject.id, slug: subject.slug ?? '' })}
        className="font-medium underline-offset-2 hover:underline"
      >
        {subject.name}
      </Link>
    </span>
  )
}

/** Hanging opens what hangs on a grant: the members of the role that has it, what the role gives, or what is in the app. */
function Hanging({ row }: { row: Expiring }) {
  const words = hangs(row)
  if (!words) return null
  const { subject, resource } = row.grant
  const [to, tab] = row.people
    ? [resourcePath({ id: subject.id, slug: subject.slug ?? '' }), 'holders']
    : [resourcePath(resource), resource.kind === 'role' ? 'gives' : 'map']
  return (
    <Link
      to={to}
      search={{ tab }}
      className="rounded underline decoration-edge underline-offset-3 hover:decoration-ink"
    >
      {words}
    </Link>
  )
}
