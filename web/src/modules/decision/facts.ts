// What an approver ought to see beside a request, asked from the server.
import type { AccessRequest, Hints, Insight } from '../../api/types'

export interface Fact {
  key: string
  tone: 'good' | 'warn' | 'neutral'
  text: string
}

const times = (n: number, once: string, often: (n: number) => string) => (n === 1 ? once : often(n))

/** near says who near the person has the same; undefined where nobody is near. */
function near(p: { basis: string; have: number; of: number }): Fact | undefined {
  if (!p.of) return undefined
  const people = p.basis === 'manager' ? 'teammates' : 'people of the department'
  return {
    key: 'near',
    tone: p.have > 0 ? 'good' : 'neutral',
    text:
      p.have > 0
        ? `${p.have} of ${p.of} ${people} ${p.have === 1 ? 'has' : 'have'} it`
        : `None of ${p.of} ${people} has it`,
  }
}

/** alike says how many with the same title have it; undefined where there is no title, or nobody else with it. */
function alike(p: { title_have: number; title_of: number }): Fact | undefined {
  if (!p.title_of) return undefined
  const people = p.title_of === 1 ? 'other person with the same title' : 'others with the same title'
  return {
    key: 'title',
    tone: p.title_have > 0 ? 'good' : 'neutral',
    text:
      p.title_have > 0
        ? `${p.title_have} of ${p.title_of} ${people} ${p.title_have === 1 ? 'has' : 'have'} it`
        : `None of ${p.title_of} ${people} has it`,
  }
}

const hadFact = (n: number): Fact => ({
  key: 'had',
  tone: 'good',
  text: times(n, 'Had it once before', (n) => `Had it ${n} times before`),
})

const deniedFact = (n: number): Fact => ({
  key: 'denied',
  tone: 'warn',
  text: times(n, 'Was denied once before', (n) => `Was denied ${n} times before`),
})

/** known is what the server says in short about the person and the resource. */
function known(h: Hints, r: AccessRequest): Fact[] {
  const facts: Fact[] = []
  const close = near(h)
  if (close) facts.push(close)
  const same = alike(h)
  if (same) facts.push(same)
  if (h.had_before > 0 && r.kind !== 'extend') facts.push(hadFact(h.had_before))
  if (h.denied_before > 0) facts.push(deniedFact(h.denied_before))
  if (h.in_app > 0)
    facts.push({
      key: 'app',
      tone: 'neutral',
      text: times(h.in_app, 'Holds one thing more of this app', (n) => `Holds ${n} things more of this app`),
    })
  return facts
}

/** glance is what can be said from the request as a list has it, for a card. */
export function glance(r: AccessRequest): Fact[] {
  const facts: Fact[] = r.hints ? known(r.hints, r) : []
  if (r.relation === 'owner') facts.push({ key: 'owner', tone: 'warn', text: 'Becomes an owner' })
  if (r.no_end) facts.push({ key: 'end', tone: 'warn', text: 'Without end' })
  if (r.kind === 'extend') facts.push({ key: 'extend', tone: 'good', text: 'Has it now' })
  const votes = (r.stages ?? []).flatMap((s) => s.votes ?? []).filter((v) => v.vote === 'approve')
  if (votes.length)
    facts.push({ key: 'votes', tone: 'good', text: `Approved by ${votes.map((v) => v.by.name).join(', ')}` })
  const open = (r.stages ?? []).find((s) => s.state === 'open')
  if (open?.escalated) facts.push({ key: 'late', tone: 'neutral', text: 'Escalated' })
  if (open?.fallback) facts.push({ key: 'fallback', tone: 'neutral', text: 'Came to you as a fallback' })
  return facts
}

/** warned says that approving needs a second press: what is asked for goes far. */
export const warned = (r: AccessRequest): boolean => glance(r).some((f) => f.tone === 'warn')

/** inDepth adds what the server knows: who near the person has it, what they had before. */
export function inDepth(r: AccessRequest, insight: Insight | undefined): Fact[] {
  const facts = glance(insight ? { ...r, hints: undefined } : r)
  if (!insight) return facts
  facts.unshift(...[near(insight.peers), alike(insight.peers)].filter((f) => f !== undefined))
  if (insight.had_before > 0 && r.kind !== 'extend') facts.push(hadFact(insight.had_before))
  const denied = (insight.requests ?? []).filter((q) => q.state === 'denied').length
  if (denied > 0) facts.push(deniedFact(denied))
  return facts
}
