// What a tag demands, in sentences. Which constraints there are, and what they say, the API tells.
import type { Constraint, Constraints } from '../../api/types'
import { lengthWords } from '../../components/time'

/** demanded reads a constraint by its key: a length, true, or nothing. */
export const demanded = (c: Constraints, key: string) =>
  (c as Readonly<Record<string, string | boolean | undefined>>)[key]

/** demands says all of a tag's constraints in one sentence; an empty text until it is known what there is to say. */
export function demands(c: Constraints, keys: readonly Constraint[]): string {
  if (!keys.length) return ''
  const parts = keys.flatMap((k) => {
    const value = demanded(c, k.key)
    return value ? [k.says.replaceAll('{}', lengthWords(String(value)))] : []
  })
  if (!parts.length) return 'A label only: it demands nothing.'
  const text = parts.join('; ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
