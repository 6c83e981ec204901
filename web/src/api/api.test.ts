import { HttpResponse, http } from 'msw'
import { describe, expect, it } from 'vitest'
import { server } from '../test/server'
import { call } from './client'
import { ApiError, message } from './error'
import { keys } from './stream'

const fail = async (answer: () => Response) => {
  server.use(http.get('*/api/v1/me', answer))
  return call('get', '/api/v1/me').then(
    () => expect.fail('it was answered'),
    (e: unknown) => e as ApiError,
  )
}

describe('errors', () => {
  it('reads a problem document', async () => {
    const e = await fail(() =>
      HttpResponse.json(
        {
          title: 'Unprocessable',
          status: 422,
          detail: '90 days is longer than the 30 days that this allows.',
          hint: 'Ask for 30 days or less.',
          request_id: 'abc',
          errors: [{ location: 'body.duration', message: 'too long' }],
        },
        { status: 422 },
      ),
    )
    expect(e).toBeInstanceOf(ApiError)
    expect(e.status).toBe(422)
    expect(e.fault('duration')).toBe('Too long.')
    expect(message(e)).toBe('90 days is longer than the 30 days that this allows. Ask for 30 days or less.')
  })
  it('keeps the wait of a busy server, and bears a body that is no JSON', async () => {
    const e = await fail(
      () => new HttpResponse('<h1>busy</h1>', { status: 503, headers: { 'Retry-After': '7' } }),
    )
    expect(e.status).toBe(503)
    expect(e.retryAfter).toBe(7)
  })
  it('says when nobody answers', async () => {
    const e = await fail(() => HttpResponse.error())
    expect(e.status).toBe(0)
    expect(message(e)).toMatch(/No answer from the server/)
  })
})

describe('a call', () => {
  it('fills the path, leaves out what is empty, and says what it sends', async () => {
    const seen: { url: string; body: string; headers: Headers }[] = []
    server.use(
      http.post('*/api/v1/things/*', async ({ request }) => {
        seen.push({ url: request.url, body: await request.text(), headers: request.headers })
        return new HttpResponse(null, { status: 204 })
      }),
    )
    const answer = await call('post', '/api/v1/things/{id}/end', {
      path: { id: 'a/b c' },
      query: { q: 'ä&b', none: undefined, nil: null, empty: '', no: false },
      body: { reason: 'x' },
      idempotencyKey: 'k1',
      version: 3,
    })
    expect(answer).toBeUndefined()
    expect(seen[0]?.url).toMatch(/\/things\/a%2Fb%20c\/end\?q=%C3%A4%26b&no=false$/)
    expect(seen[0]?.body).toBe('{"reason":"x"}')
    expect(Object.fromEntries(seen[0]?.headers ?? [])).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': 'k1',
      'if-match': '"3"',
    })
  })
  it('that is given up is no refusal', async () => {
    const stop = new AbortController()
    stop.abort()
    await expect(call('get', '/api/v1/me', { signal: stop.signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })
})

describe('live topics', () => {
  it('says which answers are old', () => {
    expect(keys('request:req_1')).toContainEqual(['request', 'req_1'])
    expect(keys('inbox')).toContainEqual(['inbox'])
    expect(keys('access')).toContainEqual(['access'])
    expect(keys('access:usr_1', 'usr_1')).toContainEqual(['me'])
    expect(keys('access:usr_2', 'usr_1')).not.toContainEqual(['me'])
    expect(keys('resource:res_1')).not.toContainEqual(['resources'])
    expect(keys('resources')).toContainEqual(['resources'])
    expect(keys('somethingnew')).toEqual([['somethingnew']])
  })
})
