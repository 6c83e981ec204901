// The rules of a resource's form, as the server has them, so that a fault is seen before sending. The server decides.
import type { Answer, Answers, Field, Form } from '../../api/types'

/** visible says whether field i is shown for these answers. */
export function visible(form: Form, i: number, answers: Answers): boolean {
  const fields = form.fields ?? []
  const condition = fields[i]?.visible_if
  if (!condition) return true
  const j = fields.findIndex((f) => f.name === condition.field)
  if (j < 0 || j >= i || !visible(form, j, answers)) return false
  return texts(answers[condition.field]).some((t) => (condition.in ?? []).includes(t))
}

function texts(value: Answer | undefined): string[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [String(value)]
}

/** shown lists the fields to draw. */
export function shown(form: Form | undefined, answers: Answers): Field[] {
  return (form?.fields ?? []).filter((_, i) => visible(form as Form, i, answers))
}

/** keep drops the answers of hidden fields and the empty ones: this is what is sent. */
export function keep(form: Form | undefined, answers: Answers): Answers | undefined {
  const out: Answers = {}
  for (const field of shown(form, answers)) {
    const value = answers[field.name]
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) continue
    out[field.name] = typeof value === 'string' ? value.trim() : value
  }
  return form?.fields?.length ? out : undefined
}

/** check returns a message for each field that is wrong, by its name. */
export function check(form: Form | undefined, answers: Answers): Record<string, string> {
  const faults: Record<string, string> = {}
  for (const field of shown(form, answers)) {
    const fault = one(field, answers[field.name])
    if (fault) faults[field.name] = fault
  }
  return faults
}

function one(field: Field, value: Answer | undefined): string | undefined {
  const title = field.title || field.name
  const empty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  if (empty || (field.type === 'checkbox' && value === false)) {
    if (!field.required) return undefined
    if (field.type === 'checkbox') return `Tick “${title}” to go on.`
    return field.type === 'choice' || field.type === 'multi_choice'
      ? `Choose something for “${title}”.`
      : `Fill in “${title}”.`
  }
  if (field.type === 'number') {
    const n = Number(value)
    if (Number.isNaN(n)) return 'Write a number.'
    if (field.min !== undefined && n < field.min) return `At least ${field.min}.`
    if (field.max !== undefined && n > field.max) return `At most ${field.max}.`
  }
  if (field.type === 'email' && !/^[^\s@]+@[^\s@]+$/.test(String(value))) return 'Write an e-mail address.'
  if (field.pattern && typeof value === 'string' && !matches(field.pattern, value.trim()))
    return field.help
      ? `This does not have the form asked for. ${field.help}`
      : 'This does not have the form asked for.'
  return undefined
}

// The server's expressions are RE2; what this engine cannot read is left to the server.
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(value)
  } catch {
    return true
  }
}
