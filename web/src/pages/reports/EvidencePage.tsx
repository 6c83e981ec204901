import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { evidenceQuery, type Period } from '../../api/report'
import type { Figure } from '../../api/types'
import { Card } from '../../components/Card'
import { cx } from '../../components/cx'
import { ErrorState } from '../../components/ErrorState'
import { Field } from '../../components/Field'
import { Input } from '../../components/Input'
import { later } from '../../components/later'
import { Select } from '../../components/Select'
import { SkeletonRows } from '../../components/Skeleton'
import { AdminFrame } from '../../modules/admin/AdminFrame'
import { useFilters } from '../../modules/filters'
import { useRights } from '../../modules/rights'
import { periods } from './filter'
import { PackButton } from './PackButton'

const EvidenceRows = later<{ period: Period; figure: string }>(
  () => import('./EvidenceRows').then((m) => m.EvidenceRows),
  undefined,
  <SkeletonRows rows={8} label="Loading the rows" />,
)

const chapters: readonly { title: string; files: readonly string[] }[] = [
  {
    title: 'Population',
    files: ['people-start.csv', 'people-end.csv', 'access-start.csv', 'access-end.csv'],
  },
  { title: 'Requests and approvals', files: ['requests.csv', 'approvals.csv'] },
  { title: 'Changes', files: ['access-began.csv', 'access-ended.csv', 'changes.csv'] },
  { title: 'Leavers', files: ['leavers.csv'] },
]

const day = (iso: string) => iso.slice(0, 10)
const nextDay = (text: string, n: number) =>
  new Date(Date.parse(`${text}T00:00:00Z`) + n * 86_400_000).toISOString().replace('.000', '')

/** EvidencePage makes the evidence of a period: its numbers, the rows behind each, and the pack for an auditor. */
export function EvidencePage() {
  const rights = useRights()
  const [filters, set] = useFilters()
  const presets = periods()
  const preset = presets[1] as (typeof presets)[number]
  const period: Period = { from: filters.from || preset.from, to: filters.to || preset.to }
  const named = presets.find((p) => p.from === period.from && p.to === period.to)
  const query = useQuery({ ...evidenceQuery(period), enabled: rights.auditor })
  const figures = query.data?.figures ?? []
  return (
    <AdminFrame
      to="/evidence"
      title="Evidence"
      sub="A period for an audit: each number leads to its rows, and the pack has them all."
      actions={<PackButton key={`${period.from} ${period.to}`} period={period} />}
    >
      <div className="mb-5 grid gap-3 rounded-lg border border-line bg-surface p-4 shadow-card sm:grid-cols-3 lg:max-w-[46rem]">
        <Field label="Period">
          {(control) => (
            <Select
              {...control}
              value={named?.value ?? ''}
              onChange={(e) => {
                const p = presets.find((x) => x.value === e.target.value)
                if (p) set({ from: p.from, to: p.to, figure: undefined })
              }}
              choices={[...presets, ...(named ? [] : [{ value: '', label: 'Chosen days' }])]}
            />
          )}
        </Field>
        <Field label="First day (UTC)">
          {(control) => (
            <Input
              {...control}
              type="date"
              value={day(period.from)}
              max={day(nextDay(day(period.to), -1))}
              onChange={(e) => e.target.value && set({ from: nextDay(e.target.value, 0), to: period.to })}
            />
          )}
        </Field>
        <Field label="Last day (UTC)">
          {(control) => (
            <Input
              {...control}
              type="date"
              value={day(nextDay(day(period.to), -1))}
              min={day(period.from)}
              onChange={(e) => e.target.value && set({ to: nextDay(e.target.value, 1), from: period.from })}
            />
          )}
        </Field>
      </div>
      {query.isPending ? (
        <Card>
          <p className="mb-4 text-muted">
            Counting everybody’s access of these days. In a large company that takes a moment.
          </p>
          <SkeletonRows rows={8} label="Counting" />
        </Card>
      ) : !query.data ? (
        <Card>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      ) : (
        <>
          <div className="gap-4 md:columns-2">
            {chapters.map((c) => (
              <Card key={c.title} title={c.title} pad={false} className="mb-4 break-inside-avoid">
                <ul className="divide-y divide-line pt-1">
                  {figures
                    .filter((f) => c.files.includes(f.file))
                    .map((f) => (
                      <FigureLine key={f.id} figure={f} period={period} current={filters.figure === f.id} />
                    ))}
                </ul>
              </Card>
            ))}
          </div>
          {filters.figure && (
            <section className="mt-2" aria-label="The rows behind the number">
              <EvidenceRows period={period} figure={filters.figure} />
            </section>
          )}
        </>
      )}
    </AdminFrame>
  )
}

function FigureLine({ figure, period, current }: { figure: Figure; period: Period; current: boolean }) {
  return (
    <li>
      <Link
        to="/evidence"
        search={{ ...period, figure: figure.id }}
        resetScroll={false}
        aria-current={current ? 'true' : undefined}
        className={cx(
          'touch flex min-h-10 items-center justify-between gap-4 px-5 py-1.5 outline-offset-[-2px] hover:bg-hover max-md:px-4',
          current && 'bg-accent-soft',
          figure.column && 'pl-9 max-md:pl-8',
        )}
      >
        <span className={cx('min-w-0', figure.column && 'text-[0.875rem]')}>{figure.title}</span>
        <span className="font-semibold tabular-nums">{figure.count.toLocaleString('en-GB')}</span>
      </Link>
    </li>
  )
}
