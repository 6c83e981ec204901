import { useId, useState } from 'react'
import type { Durations } from '../api/types'
import { FieldSet } from './Field'
import { Input } from './Input'
import { allowed } from './lengths'
import { Segments } from './Segments'
import { Select } from './Select'
import { date, exact, iso, lengthWords, seconds } from './time'
import { endOfDay, localDate } from './zone'

export interface Length {
  duration?: string
  until?: string
  no_end?: boolean
}

const units = [
  { value: '3600', label: 'hours' },
  { value: '86400', label: 'days' },
  { value: '604800', label: 'weeks' },
]

/** firstLength is what the form starts with. */
export function firstLength(d: Durations | undefined, limit?: number): Length {
  const { presets, max } = allowed(d, limit)
  const preset = d?.default && (seconds(d.default) ?? 0) <= max ? d.default : undefined
  return { duration: preset ?? presets[Math.min(1, presets.length - 1)] ?? 'P7D' }
}

export interface DurationPickerProps {
  value: Length
  onChange: (value: Length) => void
  durations?: Durations
  /** The tightest limit of tags, in seconds. */
  limit?: number
  label?: string
  /** When it would end, as the server says. */
  ends?: string
  error?: string
  canNoEnd?: boolean
}

/** DurationPicker offers the lengths that are allowed, another one, a date, and no end where there may be none. */
export function DurationPicker({
  value,
  onChange,
  durations,
  limit,
  label = 'For how long?',
  ends,
  error,
  canNoEnd,
}: DurationPickerProps) {
  const id = useId()
  const { presets, max, noEnd } = allowed(durations, limit)
  const mayNoEnd = canNoEnd ?? noEnd
  const isPreset = value.duration !== undefined && presets.includes(value.duration)
  const [custom, setCustom] = useState(value.duration !== undefined && !isPreset)
  const [unit, setUnit] = useState('86400')
  const mode = value.no_end
    ? 'none'
    : value.until !== undefined
      ? 'until'
      : custom || !isPreset
        ? 'other'
        : value.duration
  const amount = value.duration ? String(Math.round((seconds(value.duration) ?? 0) / Number(unit)) || '') : ''
  const choose = (next: string) => {
    setCustom(next === 'other')
    if (next === 'none') onChange({ no_end: true })
    else if (next === 'until') {
      const days = Math.min(7 * 86_400, max)
      onChange({ until: lastSecond(localDate(Date.now() + days * 1000)) })
    } else if (next === 'other') onChange({ duration: value.duration ?? presets[0] ?? 'P7D' })
    else onChange({ duration: next })
  }
  const greatest = Number.isFinite(max) ? new Date(Date.now() + max * 1000) : undefined
  return (
    <FieldSet label={label} error={error}>
      <Segments
        label={label}
        value={mode}
        onChange={choose}
        choices={[
          ...presets.map((p) => ({ value: p, label: lengthWords(p) })),
          { value: 'other', label: 'Other' },
          { value: 'until', label: 'Until a date' },
          ...(mayNoEnd ? [{ value: 'none', label: 'No end' }] : []),
        ]}
      />
      {mode === 'other' && (
        <div className="mt-1 flex gap-2">
          <Input
            type="number"
            inputMode="numeric"
            min={1}
            max={Number.isFinite(max) ? Math.floor(max / Number(unit)) : 3650}
            aria-label="How many"
            className="max-w-28"
            value={amount}
            onChange={(e) => {
              const n = Math.floor(Number(e.target.value) * Number(unit))
              onChange({ duration: n > 0 ? iso(n) : undefined })
            }}
          />
          <Select
            aria-label="Unit"
            className="w-36"
            choices={units}
            value={unit}
            onChange={(e) => {
              const n = Number(amount || 1) * Number(e.target.value)
              setUnit(e.target.value)
              onChange({ duration: iso(n) })
            }}
          />
        </div>
      )}
      {mode === 'until' && (
        <Input
          type="date"
          aria-label="Until"
          className="mt-1 max-w-48"
          value={value.until ? localDate(new Date(value.until)) : ''}
          min={localDate(new Date())}
          max={greatest && localDate(greatest)}
          onChange={(e) => e.target.value && onChange({ until: lastSecond(e.target.value) })}
        />
      )}
      <p id={`${id}-ends`} className="text-[0.8125rem] text-muted">
        {mode === 'none' ? 'It stays until somebody ends it.' : endText(value, ends)}
        {Number.isFinite(max) && ` ${lengthWords(iso(max))} at most.`}
      </p>
    </FieldSet>
  )
}

function endText(value: Length, ends: string | undefined) {
  if (value.until) return `Ends ${exact(value.until)}.`
  const length = seconds(value.duration)
  if (!length) return 'Say how long.'
  return `Counts from the moment it is granted; granted now it would end on ${date(ends ?? new Date(Date.now() + length * 1000))}.`
}

/** lastSecond is the end of a day to the second. */
const lastSecond = (day: string) => endOfDay(day)?.replace('.999', '.000')
