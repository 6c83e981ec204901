import { memo, useRef, useState } from 'react'
import type { Expiring } from '../../api/types'
import { Button } from '../../components/Button'
import { LengthInput } from '../../components/LengthInput'
import { number } from '../../components/number'
import { Segments } from '../../components/Segments'
import { iso, seconds } from '../../components/time'
import { useWindowed } from '../../components/windowed'
import { useTitle } from '../titles'
import { fits, type Verdict, verdict, verdictWords } from './words'

const names: Record<Verdict, string> = { refused: 'Refused', asked: 'Asked for', renewed: 'Renewed' }

/** RenewRows is what each row gets, its limit and whence, how many there are of each, and a row's own length. */
export const RenewRows = memo(function RenewRows({
  rows,
  asked,
  own,
  onOwn,
}: {
  rows: readonly Expiring[]
  /** The length for all, from now. */
  asked: string | undefined
  own: Readonly<Record<string, string>>
  onOwn: (own: Readonly<Record<string, string>>) => void
}) {
  const title = useTitle()
  const list = useRef<HTMLUListElement>(null)
  const [only, setOnly] = useState<Verdict | ''>('')
  const length = (r: Expiring) => own[r.grant.id] ?? asked
  const of = (v: Verdict) => rows.filter((r) => verdict(r, length(r)) === v)
  const groups = (['refused', 'asked', 'renewed'] as const).flatMap((v) => {
    const some = of(v)
    return some.length > 0 ? [{ value: v, rows: some }] : []
  })
  const group = groups.length > 1 ? groups.find((g) => g.value === only) : undefined
  const shown = group?.rows ?? rows
  const { from, to, before, after } = useWindowed(list, shown.length)
  return (
    <div className="grid gap-2">
      <Segments
        label="Which rows"
        className="justify-self-start"
        value={group?.value ?? ''}
        onChange={setOnly}
        choices={[
          { value: '' as const, label: `All ${number(rows.length)}` },
          ...groups.map((g) => ({ value: g.value, label: `${names[g.value]} ${number(g.rows.length)}` })),
        ]}
      />
      <ul ref={list} aria-label="Each row" className="grid">
        {before > 0 && <li aria-hidden style={{ height: before }} />}
        {shown.slice(from, to).map((r, i) => {
          const id = r.grant.id
          return (
            <li
              key={id}
              data-row={id}
              aria-setsize={shown.length}
              aria-posinset={from + i + 1}
              className="flex flex-wrap items-center gap-x-4 gap-y-1.5 border-line py-2 [&:not(:last-child)]:border-b"
            >
              <span className="min-w-52 flex-1">
                <span className="font-medium">{r.grant.subject.name}</span> · {title(r.grant.resource)}
                <span
                  className={`block text-[0.8125rem] ${verdict(r, length(r)) === 'refused' ? 'text-bad' : 'text-muted'}`}
                >
                  {verdictWords(r, length(r))}
                </span>
              </span>
              {own[id] === undefined ? (
                <Button size="sm" look="quiet" onClick={() => onOwn({ ...own, [id]: shorter(asked, r) })}>
                  Another length<span className="sr-only"> for {r.grant.subject.name}</span>
                </Button>
              ) : (
                <LengthInput
                  control={{
                    id: `len-${id}`,
                    'aria-label': `Length for ${r.grant.subject.name}, ${title(r.grant.resource)}`,
                    ...(fits(r.limits, length(r)) ? {} : { 'aria-invalid': true }),
                  }}
                  value={own[id]}
                  placeholder="as all"
                  onChange={(v) => {
                    const next: Record<string, string> = { ...own }
                    if (v) next[id] = v
                    else delete next[id]
                    onOwn(next)
                  }}
                />
              )}
            </li>
          )
        })}
        {after > 0 && <li aria-hidden style={{ height: after }} />}
      </ul>
    </div>
  )
})

function shorter(asked: string | undefined, r: Expiring): string {
  const n = Math.min(seconds(asked) ?? 30 * 86_400, seconds(r.limits.greatest) ?? Number.POSITIVE_INFINITY)
  return iso(n)
}
