// What an approver ought to see beside a request, asked from the server.
import type { AccessRequest, Insight } from '../../api/types'

export interface Fact {
  key: string
  tone: 'good' | 'warn' | 'neutral'
  text: string
}

/** glance is what can be said from the request alone, for a card in a list. */
export function glance(r: AccessRequest): Fact[] {
  const facts: Fact[] = []
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
  const facts = glance(r)
  if (!insight) return facts
  const { peers } = insight
  if (peers.of > 0) {
    const near = peers.basis === 'manager' ? 'teammates' : 'people of the department'
    facts.unshift({
      key: 'near',
      tone: peers.have > 0 ? 'good' : 'neutral',
      text:
        peers.have > 0
          ? `${peers.have} of ${peers.of} ${near} have it`
          : `None of ${peers.of} ${near} has it`,
    })
  }
  const ended = (insight.history ?? []).filter((g) => g.state === 'ended').length
  if (ended > 0)
    facts.push({
      key: 'had',
      tone: 'good',
      text: ended === 1 ? 'Had it once before' : `Had it ${ended} times before`,
    })
  const denied = (insight.requests ?? []).filter((q) => q.state === 'denied').length
  if (denied > 0)
    facts.push({
      key: 'denied',
      tone: 'warn',
      text: denied === 1 ? 'Was denied once before' : `Was denied ${denied} times before`,
    })
  return facts
}
