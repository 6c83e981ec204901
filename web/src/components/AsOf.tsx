import { Input } from './Input'

/** AsOf asks for a day to look at, as YYYY-MM-DD; empty is now. */
export function AsOf({ value, onChange }: { value: string; onChange: (day: string) => void }) {
  return (
    <div className="flex items-center gap-2 text-[0.875rem] text-muted">
      <span aria-hidden>As of</span>
      <Input
        type="date"
        aria-label="As of"
        className="w-40 text-ink"
        value={value}
        onChange={(e) => onChange(e.target.value)}
      />
    </div>
  )
}
