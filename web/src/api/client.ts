// The one way to the server. Every refusal is thrown as ApiError.
import { ApiError, fromResponse } from './error'

type Value = string | number | boolean | undefined | null
export interface Options {
  path?: Record<string, string>
  query?: Record<string, Value>
  body?: unknown
  /** Same key, same result: for a press that may be sent twice. Kept by the server for 24 hours. */
  idempotencyKey?: string
  /** The version that was shown: the server refuses with 409 when it has another by now. */
  version?: number
  /** True lets the browser finish the call after the page is gone. */
  keepalive?: boolean
  signal?: AbortSignal
}
type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** exchange sends one request; of a good answer it returns the body, undefined when there is none. */
async function exchange(path: string, init: RequestInit): Promise<unknown> {
  try {
    // Looked up at each call, so that a test can put itself in between.
    const response = await globalThis.fetch(`${globalThis.location?.origin ?? ''}${path}`, init)
    if (!response.ok) throw await fromResponse(response)
    const text = await response.text()
    return text ? JSON.parse(text) : undefined
  } catch (error) {
    if (error instanceof ApiError || (error as Error).name === 'AbortError') throw error
    throw new ApiError({
      status: 0,
      title: 'No answer from the server',
      detail: 'No answer from the server.',
    })
  }
}

/** call sends one request and returns the body of its answer, undefined when it has none. Empty query values are left out. */
export async function call<T>(method: Method, path: string, options: Options = {}): Promise<T> {
  const { body, keepalive, signal } = options
  const headers: Record<string, string> = {}
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  if (options.idempotencyKey) headers['Idempotency-Key'] = options.idempotencyKey
  if (options.version) headers['If-Match'] = `"${options.version}"`
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(options.path?.[name] ?? ''))
  const answer = await exchange(address(filled, options.query ?? {}), {
    method: method.toUpperCase(),
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(keepalive ? { keepalive } : {}),
    ...(signal ? { signal } : {}),
  })
  return answer as T
}

/** address is a path with a query; empty values are left out. */
export function address(path: string, query: Record<string, Value>): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value))
  return params.size ? `${path}?${params}` : path
}

/** newKey makes an idempotency key. */
export function newKey(): string {
  return globalThis.crypto?.randomUUID?.() ?? `${Date.now()}-${Math.random()}`
}

/** send posts a file as it is; the answer is JSON. */
export async function send<T>(
  path: string,
  text: string,
  type: string,
  query: Record<string, Value> = {},
): Promise<T> {
  const init = { method: 'POST', headers: { 'Content-Type': type }, body: text }
  return (await exchange(address(path, query), init)) as T
}
