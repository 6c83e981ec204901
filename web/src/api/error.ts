// What the server says when it refuses, as one class for every layer above.

export interface Fault {
  /** Where: a field's path without the leading "body.", e.g. answers.model */
  location: string
  message: string
}

/** sentence begins with a capital letter and ends with a stop. */
export function sentence(text: string): string {
  if (!text) return ''
  const whole = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`
}

/** status is 0 when no answer came at all: offline, or the server is away. */
export class ApiError extends Error {
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly hint: string
  /** The rule that refused, such as domain.18. */
  readonly rule: string
  readonly faults: Fault[]
  readonly requestId: string
  /** Seconds to wait before the next try, when the server named them. */
  readonly retryAfter: number | undefined

  constructor(init: {
    status: number
    title?: string
    detail?: string
    hint?: string
    rule?: string
    faults?: Fault[]
    requestId?: string
    retryAfter?: number
  }) {
    super(sentence(init.detail || init.title || '') || `The server answered ${init.status}.`)
    this.name = 'ApiError'
    this.status = init.status
    this.title = init.title ?? ''
    this.detail = sentence(init.detail ?? '')
    this.hint = init.hint ?? ''
    this.rule = init.rule ?? ''
    this.faults = init.faults ?? []
    this.requestId = init.requestId ?? ''
    this.retryAfter = init.retryAfter
  }

  /** fault returns the message for a field, by its path. */
  fault(path: string): string | undefined {
    return this.faults.find((f) => f.location === path)?.message
  }
}

/** fromResponse reads a problem document (RFC 9457); any other body still gives a usable error. */
export async function fromResponse(response: Response): Promise<ApiError> {
  let body: Record<string, unknown> = {}
  try {
    body = (await response.clone().json()) as Record<string, unknown>
  } catch {
    // Not JSON, e.g. the page of a proxy: the status has to do.
  }
  const text = (key: string) => (typeof body[key] === 'string' ? (body[key] as string) : '')
  const faults = (Array.isArray(body.errors) ? body.errors : []).map((e: Record<string, unknown>) => ({
    location: String(e.location ?? '').replace(/^body\.?/, ''),
    message: sentence(String(e.message ?? '')),
  }))
  const wait = Number(response.headers.get('Retry-After'))
  return new ApiError({
    status: response.status,
    title: text('title'),
    detail: text('detail'),
    hint: text('hint'),
    rule: text('rule'),
    faults,
    requestId: text('request_id') || response.headers.get('X-Request-Id') || '',
    retryAfter: wait > 0 ? wait : undefined,
  })
}

/** cutsMany says that a call would shorten more than happens unless an admin has seen how many. */
export const cutsMany = (error: unknown) => asError(error).rule === 'domain.18'

/** asError makes any thrown value an ApiError, so that a page has one thing to show. */
export function asError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof TypeError) return new ApiError({ status: 0, title: 'No answer from the server' })
  return new ApiError({ status: -1, title: 'Something went wrong', detail: String(error) })
}

/** message is the shortest text that says what happened and what to do. */
export function message(error: unknown): string {
  const e = asError(error)
  if (e.status === 0)
    return 'No answer from the server. Nothing was changed. Check the connection and try again.'
  return [e.message, e.hint].filter(Boolean).join(' ')
}
