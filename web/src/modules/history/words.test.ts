import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../api/types'
import { about, address, details, sentence, tone } from './words'

const event: AuditEvent = {
  id: 'evt_1',
  schema: 1,
  verb: 'request.approved',
  actor: { id: 'usr_1', login: 'ada', name: 'Ada' },
  via: 'session',
  object: { kind: 'request', id: 'req_1' },
  at: '2026-01-01T00:00:00Z',
  refs: [
    { kind: 'user', id: 'usr_1', name: 'Ada' },
    { kind: 'user', id: 'usr_2', name: 'Ken' },
    { kind: 'app', id: 'res_1', slug: 'vpn', name: 'VPN' },
    { kind: 'grant', id: 'grt_1' },
  ],
}

describe('an event', () => {
  it('is a sentence, known or not', () => {
    expect(sentence(event)).toBe('approved {}')
    expect(sentence({ verb: 'vote.cast', body: { vote: 'deny' } })).toBe('voted to deny {}')
    expect(sentence({ verb: 'stage.started', body: { stage: 'Security' } })).toBe(
      'asked the approvers of the stage Security of {}',
    )
    expect(sentence({ verb: 'thing.turned_over' })).toBe('turned over thing')
    expect(sentence({ verb: 'grant.ended', body: { source_table: 'role_group_map' } })).toBe(
      'brought the end of access from elsewhere',
    )
  })
  it('names whom and what it concerns once, things before people, without its actor', () => {
    expect(about(event).map((r) => r.name)).toEqual(['VPN', 'Ken'])
    expect(about(event, ['res_1']).map((r) => r.name)).toEqual(['Ken'])
  })
  it('leads to pages that exist', () => {
    expect(address({ kind: 'entitlement', id: 'res_9', slug: 'aws.read' })).toBe('/catalogue/aws.read')
    expect(address({ kind: 'request', id: 'req_1' })).toBe('/requests/req_1')
    expect(address({ kind: 'grant', id: 'grt_1' })).toBeUndefined()
  })
  it('has a tone', () => {
    expect(tone(event)).toBe('good')
    expect(tone({ verb: 'request.denied' })).toBe('bad')
    expect(tone({ verb: 'grant.ended' })).toBe('warn')
  })
  it('shows plain values, and leaves empty ones out', () => {
    expect(details({ ...event, body: { ends_at: 'x', none: null }, values: { reason: 'on call' } })).toEqual([
      ['ends at', 'x'],
      ['reason', 'on call'],
    ])
  })
})
