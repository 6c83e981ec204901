import { X } from 'lucide-react'
import { useState } from 'react'
import type { Durations } from '../../api/types'
import { Button } from '../../components/Button'
import { Checkbox } from '../../components/Checkbox'
import { Field } from '../../components/Field'
import { LengthInput } from '../../components/LengthInput'
import { Select } from '../../components/Select'
import { lengthWords, seconds } from '../../components/time'

/** DurationsEditor says which lengths are offered first, and which are allowed at all. */
export function DurationsEditor({
  value,
  onChange,
  fault,
}: {
  value: Durations
  onChange: (value: Durations) => void
  fault: (path: string) => string | undefined
}) {
  const presets = [...(value.presets ?? [])].sort((a, b) => (seconds(a) ?? 0) - (seconds(b) ?? 0))
  const [next, setNext] = useState<string>()
  return (
    <div className="grid gap-4">
      <Field
        label="Lengths offered first"
        help="Without any: 1, 7, 30 and 90 days. Others can still be typed."
        error={fault('durations.presets')}
      >
        {(control) => (
          <div className="grid gap-2">
            {presets.length > 0 && (
              <ul className="flex flex-wrap gap-1.5">
                {presets.map((p) => (
                  <li
                    key={p}
                    className="inline-flex min-h-8 items-center gap-1 rounded-md border border-line bg-sunken pl-2.5 font-medium text-[0.875rem]"
                  >
                    {lengthWords(p)}
                    <button
                      type="button"
                      aria-label={`Remove ${lengthWords(p)}`}
                      className="touch grid size-8 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink"
                      onClick={() =>
                        onChange({
                          ...value,
                          presets: presets.filter((x) => x !== p),
                          default: value.default === p ? undefined : value.default,
                        })
                      }
                    >
                      <X aria-hidden className="size-3.5" />
                    </button>
                  </li>
                ))}
              </ul>
            )}
            <div className="flex flex-wrap gap-2">
              <LengthInput key={presets.length} control={control} value={next} onChange={setNext} />
              <Button
                disabled={!next || presets.includes(next)}
                onClick={() => {
                  if (next) onChange({ ...value, presets: [...presets, next] })
                  setNext(undefined)
                }}
              >
                Add
              </Button>
            </div>
          </div>
        )}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Offered at the start" error={fault('durations.default')}>
          {(control) => (
            <Select
              {...control}
              value={value.default ?? ''}
              onChange={(e) => onChange({ ...value, default: e.target.value || undefined })}
              choices={[
                { value: '', label: 'The second shortest' },
                ...(presets.length ? presets : ['P1D', 'P7D', 'P30D', 'P90D']).map((p) => ({
                  value: p,
                  label: lengthWords(p),
                })),
              ]}
            />
          )}
        </Field>
        <Field label="The longest allowed" help="Empty: ten years." error={fault('durations.max')}>
          {(control) => (
            <LengthInput
              control={control}
              value={value.max}
              onChange={(max) => onChange({ ...value, max })}
            />
          )}
        </Field>
      </div>
      <Checkbox
        checked={!!value.forbid_no_end || !!value.max}
        disabled={!!value.max}
        onChange={(e) => onChange({ ...value, forbid_no_end: e.target.checked })}
      >
        Access must have an end
      </Checkbox>
    </div>
  )
}
