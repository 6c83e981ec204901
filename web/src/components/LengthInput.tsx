import { useState } from 'react'
import type { ControlProps } from './Field'
import { Input } from './Input'
import { Select } from './Select'
import { iso, seconds } from './time'

const units = [
  { value: '60', label: 'minutes' },
  { value: '3600', label: 'hours' },
  { value: '86400', label: 'days' },
]

/** bestUnit is the largest unit in which a length is a whole number. */
export function bestUnit(value: string | undefined): string {
  const n = seconds(value) ?? 0
  for (const unit of ['86400', '3600', '60']) if (n > 0 && n % Number(unit) === 0) return unit
  return n > 0 ? '60' : '86400'
}

/** LengthInput is one length of time as ISO 8601; empty means none. */
export function LengthInput({
  control,
  value,
  onChange,
  placeholder = 'none',
}: {
  control: ControlProps
  value: string | undefined
  onChange: (value: string | undefined) => void
  placeholder?: string
}) {
  const [unit, setUnit] = useState(bestUnit(value))
  const amount = value ? String(Math.round((seconds(value) ?? 0) / Number(unit)) || '') : ''
  const put = (n: string, u: string) => {
    const total = Math.floor(Number(n) * Number(u))
    onChange(total > 0 ? iso(total) : undefined)
  }
  return (
    <div className="flex gap-2">
      <Input
        {...control}
        type="number"
        inputMode="numeric"
        min={1}
        placeholder={placeholder}
        className="max-w-28"
        value={amount}
        onChange={(e) => put(e.target.value, unit)}
      />
      <Select
        aria-label="Unit"
        className="w-32"
        choices={units}
        value={unit}
        onChange={(e) => {
          setUnit(e.target.value)
          if (amount) put(amount, e.target.value)
        }}
      />
    </div>
  )
}
