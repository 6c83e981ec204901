import { Lock } from 'lucide-react'
import type { Form } from '../../api/types'

/** AnswerList shows what was answered, in the order of the form as it was when asked. */
export function AnswerList({
  form,
  answers = {},
  redacted,
}: {
  form?: Form
  answers?: Record<string, unknown>
  redacted?: readonly string[] | null
}) {
  const fields = form?.fields ?? []
  const known = new Set(fields.map((f) => f.name))
  const rows = [
    ...fields.map((f) => ({ name: f.name, title: f.title || f.name })),
    ...Object.keys(answers)
      .filter((n) => !known.has(n))
      .map((n) => ({ name: n, title: n })),
  ].filter((r) => answers[r.name] !== undefined || redacted?.includes(r.name))
  if (rows.length === 0) return null
  return (
    <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-[minmax(7rem,auto)_minmax(0,1fr)]">
      {rows.map((row) => (
        <div key={row.name} className="contents">
          <dt className="text-muted">{row.title}</dt>
          <dd className="whitespace-pre-line max-sm:mb-1 [overflow-wrap:anywhere]">
            {redacted?.includes(row.name) ? (
              <span className="inline-flex items-center gap-1.5 text-muted">
                <Lock aria-hidden className="size-3.5" /> Not shown to you
              </span>
            ) : (
              words(answers[row.name])
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function words(value: unknown): string {
  if (value === true) return 'Yes'
  if (value === false) return 'No'
  if (Array.isArray(value)) return value.join(', ')
  return String(value)
}
