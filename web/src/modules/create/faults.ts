// Where the server's faults belong in the form: "create.owners[1]" and "edited.owners[1]" are both the field owners.
import type { Fault } from '../../api/error'

/** fieldOf is the form's field of a fault. */
export const fieldOf = (location: string): string =>
  location.replace(/^(body\.)?(create|edited)\./, '').replace(/[[.].*$/, '')

/** byField joins what is wrong by the field that it is about. */
export function byField(faults: readonly Fault[]): Record<string, string> {
  const out: Record<string, string> = {}
  for (const f of faults) {
    const field = fieldOf(f.location)
    out[field] = out[field] ? `${out[field]}; ${f.message}` : f.message
  }
  return out
}
