// The one way to the server. Every refusal is thrown as ApiError.
import createClient from 'openapi-fetch'
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
type Call = (
  method: Method,
  path: string,
  init: Record<string, unknown>,
) => Promise<{ data?: unknown; error?: unknown; response: Response }>

const client = createClient({
  baseUrl: globalThis.location?.origin ?? '',
  // Looked up at each call, so that a test can put itself in between.
  fetch: (request: Request) => globalThis.fetch(request),
})

client.use({
  async onResponse({ response }) {
    if (!response.ok) throw await fromResponse(response)
  },
})

/** call sends one request and returns the body of its answer. Empty query values are left out. */
export async function call<T>(method: Method, path: string, options: Options = {}): Promise<T> {
  const query: Record<string, string> = {}
  for (const [key, value] of Object.entries(options.query ?? {}))
    if (value !== undefined && value !== null && value !== '') query[key] = String(value)
  const headers: Record<string, string> = {}
  if (options.idempotencyKey) headers['Idempotency-Key'] = options.idempotencyKey
  if (options.version) headers['If-Match'] = `"${options.version}"`
  const request = client.request as unknown as Call
  try {
    const { data } = await request(method, path, {
      params: { path: options.path ?? {}, query },
      headers,
      ...(options.body === undefined ? {} : { body: options.body }),
      ...(options.keepalive ? { keepalive: true } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    })
    return data as T
  } catch (error) {
    if (error instanceof ApiError || (error as Error).name === 'AbortError') throw error
    throw new ApiError({
      status: 0,
      title: 'No answer from the server',
      detail: 'No answer from the server.',
    })
  }
}

/** address is a path with a query; empty values are left out. */
export function address(path: string, query: Record<string, Value>): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value))
  return `${path}?${params}`
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
  let response: Response
  try {
    response = await globalThis.fetch(address(path, query), {
      method: 'POST',
      headers: { 'Content-Type': type },
      body: text,
    })
  } catch {
    throw new ApiError({
      status: 0,
      title: 'No answer from the server',
      detail: 'No answer from the server.',
    })
  }
  if (!response.ok) throw await fromResponse(response)
  return (await response.json()) as T
}
