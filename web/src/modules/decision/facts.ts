// What an approver ought to see beside a request, asked from the server.
import { useQuery } from '@tanstack/react-query'
import { historyQuery } from '../../api/request'
import { holdersQuery } from '../../api/resource'
import type { Access, AccessRequest, UserRef } from '../../api/types'
import { accessQuery, reportsQuery, userQuery } from '../../api/user'

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
  if (open?.escalated) facts.push({ key: 'late', tone: 'warn', text: 'Escalated' })
  if (open?.fallback) facts.push({ key: 'fallback', tone: 'neutral', text: 'Came to you as a fallback' })
  return facts
}

export interface Facts {
  /** What the beneficiary holds now; undefined until known. */
  holds?: Access[]
  /** Earlier requests of the beneficiary for the same. */
  before?: AccessRequest[]
  holders?: number
  /** Of the people with the same manager: how many hold it, of how many. */
  near?: { hold: UserRef[]; of: number }
}

/** useFacts asks for what an approver ought to see: what the person holds, had before, and who near them has it. */
export function useFacts(request: AccessRequest, enabled: boolean): Facts {
  const { beneficiary, resource, relation } = request
  const person = beneficiary.kind === 'user' ? (beneficiary.login ?? beneficiary.id) : ''
  const on = enabled && !!person
  const holds = useQuery({ ...accessQuery(person), enabled: on }).data?.items
  const before = useQuery({ ...historyQuery(person, resource.slug || resource.id), enabled: on }).data?.items
  const held = resource.kind !== 'work_order'
  const holders = useQuery({
    ...holdersQuery(resource.slug || resource.id, relation),
    enabled: enabled && held,
  }).data?.items
  const manager = useQuery({ ...userQuery(person), enabled: on }).data?.manager
  const team = useQuery({ ...reportsQuery(manager?.login ?? ''), enabled: on && !!manager }).data?.items
  const having = new Set((holders ?? []).map((h) => h.user?.id))
  const mates = (team ?? []).filter((u) => u.id !== beneficiary.id)
  return {
    holds: holds ?? undefined,
    before: before?.filter((r) => r.id !== request.id),
    holders: holders?.length,
    near:
      holders && mates.length > 0
        ? { hold: mates.filter((u) => having.has(u.id)), of: mates.length }
        : undefined,
  }
}
