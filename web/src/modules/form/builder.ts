// Changing a resource's form: the same rules as the server, so that a fault is seen while building.
import type { Field, Form } from '../../api/types'
import { latin } from '../latin'

/** nameOf makes a field's name from its title: lower-case letters, digits and _, not one of the taken. */
export function nameOf(title: string, taken: readonly string[]): string {
  const base =
    latin(title)
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^[^a-z]+|_+$/g, '')
      .slice(0, 60) || 'field'
  let name = base
  for (let i = 2; taken.includes(name); i++) name = `${base}_${i}`
  return name
}

export const isChoice = (f: Pick<Field, 'type'>) => f.type === 'choice' || f.type === 'multi_choice'

/** cleanField drops what does not belong to its type and what is empty. */
export function cleanField(f: Field): Field {
  const out: Field = { name: f.name, title: (f.title ?? '').trim(), type: f.type }
  if (f.help?.trim()) out.help = f.help.trim()
  if (f.required) out.required = true
  if (f.sensitive) out.sensitive = true
  if (isChoice(f)) out.choices = (f.choices ?? []).map((c) => c.trim()).filter(Boolean)
  if (['text', 'long_text', 'email'].includes(f.type) && f.pattern) out.pattern = f.pattern
  if (f.type === 'number') {
    if (f.min !== undefined) out.min = f.min
    if (f.max !== undefined) out.max = f.max
  }
  if (f.visible_if?.field) out.visible_if = f.visible_if
  return out
}
export const cleanForm = (form: Form | undefined): Form => {
  const fields = (form?.fields ?? []).map(cleanField)
  return fields.length ? { fields } : {}
}

/** formFaults finds what would be refused, by path. */
export function formFaults(form: Form | undefined): Record<string, string> {
  const found: Record<string, string> = {}
  const seen = new Set<string>()
  ;(form?.fields ?? []).forEach((f, i) => {
    const at = `form.fields[${i}]`
    if (!f.title?.trim()) found[`${at}.title`] = 'Give it a title.'
    if (!/^[a-z][a-z0-9_]{0,63}$/.test(f.name))
      found[`${at}.name`] = 'Use lower-case letters, digits and _, a letter first.'
    else if (seen.has(f.name)) found[`${at}.name`] = 'Another field has this name.'
    if (isChoice(f) && !(f.choices ?? []).some((c) => c.trim()))
      found[`${at}.choices`] = 'Write at least one choice.'
    if (f.min !== undefined && f.max !== undefined && f.min > f.max)
      found[`${at}.min`] = 'The least is above the most.'
    if (f.visible_if && (!seen.has(f.visible_if.field) || !f.visible_if.in?.length))
      found[`${at}.visible_if`] = 'Name an earlier field and at least one answer.'
    seen.add(f.name)
  })
  return found
}

/** dropField removes a field and the conditions that named it. */
export function dropField(form: Form, i: number): Form {
  const fields = form.fields ?? []
  const gone = fields[i]?.name
  return {
    fields: fields
      .filter((_, j) => j !== i)
      .map((f) => (f.visible_if?.field === gone ? { ...f, visible_if: undefined } : f)),
  }
}

/** renameField changes a field's name and the conditions that name it. */
export function putField(form: Form, i: number, field: Field): Form {
  const before = form.fields?.[i]?.name
  return {
    fields: (form.fields ?? []).map((f, j) => {
      if (j === i) return field
      if (before && before !== field.name && f.visible_if?.field === before)
        return { ...f, visible_if: { ...f.visible_if, field: field.name } }
      return f
    }),
  }
}
