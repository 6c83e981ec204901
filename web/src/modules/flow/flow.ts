// Flows in words, and as the editor changes them.
import type { Flow, StageSpec } from '../../api/types'
import { lengthWords } from '../../components/time'

/** The approvers that name nobody in particular. */
export const generic: Record<string, string> = {
  manager: 'Manager',
  manager_of_manager: 'Manager’s manager',
  owners: 'Owners',
  app_owners: 'Owners of the app',
  admins: 'Admins',
}

/** approverWords says one approver expression: "the manager", "group Security". */
export function approverWords(expr: string): string {
  const fixed: Record<string, string> = {
    manager: 'the manager',
    manager_of_manager: 'the manager’s manager',
    owners: 'the owners',
    app_owners: 'the owners of the app',
    admins: 'the admins',
  }
  if (fixed[expr]) return fixed[expr]
  const at = expr.indexOf(':')
  const kind = expr.slice(0, at)
  const name = expr.slice(at + 1)
  return kind === 'user' ? name : `${kind} ${name}`
}

export function joined(list: readonly string[], word = 'or'): string {
  if (list.length < 2) return list[0] ?? 'nobody'
  return `${list.slice(0, -1).join(', ')} ${word} ${list[list.length - 1]}`
}

/** stageWords says one stage: "any of the owners", "2 of group Security". */
export function stageWords(s: StageSpec): string {
  const approvers = s.approvers ?? []
  const many = approvers.length > 1 || approvers.some((a) => !/^(user:|manager$|manager_of_manager$)/.test(a))
  const rule =
    s.rule === 'all' ? 'all of ' : s.rule && s.rule !== 'any' ? `${s.rule} of ` : many ? 'any of ' : ''
  return rule + joined(approvers.map(approverWords), s.rule === 'all' ? 'and' : 'or')
}

export type Mode = 'default' | 'stages' | 'none'
export function modeOf(flow: Flow | undefined): Mode {
  if (flow?.no_approval) return 'none'
  return flow?.stages?.length ? 'stages' : 'default'
}

/** flowWords says a whole flow in a sentence. */
export function flowWords(flow: Flow | undefined): string {
  const mode = modeOf(flow)
  if (mode === 'none') return 'Nobody decides: it is given at once.'
  if (mode === 'default') return 'Any of the owners; without owners those of the app, else the admins.'
  const parts = (flow?.stages ?? []).map(stageWords)
  const text = parts.length === 1 ? parts[0] : `first ${parts.join(', then ')}`
  return `${(text ?? '').charAt(0).toUpperCase()}${(text ?? '').slice(1)}.`
}

/** timesWords says what happens to a stage that nobody decides. */
export function timesWords(s: StageSpec): string {
  const parts: string[] = []
  if (s.remind_after) parts.push(`reminded after ${lengthWords(s.remind_after)}`)
  if (s.escalate_after)
    parts.push(
      `after ${lengthWords(s.escalate_after)} ${joined((s.escalate_to ?? []).map(approverWords))} may decide too`,
    )
  if (s.timeout_after) {
    const what = { approve: 'approved', fallback: 'handed to the fallback', deny: 'denied', '': 'denied' }
    parts.push(`${what[s.timeout ?? '']} after ${lengthWords(s.timeout_after)}`)
  }
  return parts.join(' · ')
}

export const newStage = (): StageSpec => ({ approvers: [], rule: 'any' })

/** move puts item i at i+by, within the list. */
export function move<T>(list: readonly T[], i: number, by: number): T[] {
  const to = i + by
  const out = [...list]
  const [item] = out.splice(i, 1)
  if (item === undefined || to < 0 || to >= list.length) return [...list]
  out.splice(to, 0, item)
  return out
}

/** cleanFlow drops what is empty, as the server expects it; undefined is the default chain without settings. */
export function cleanFlow(flow: Flow | undefined): Flow | undefined {
  if (!flow) return undefined
  const stages = (flow.stages ?? []).map((s) => {
    const out: StageSpec = { approvers: s.approvers ?? [] }
    if (s.name?.trim()) out.name = s.name.trim()
    if (s.rule && s.rule !== 'any') out.rule = s.rule
    if (s.remind_after) out.remind_after = s.remind_after
    if (s.escalate_after) {
      out.escalate_after = s.escalate_after
      out.escalate_to = s.escalate_to ?? []
    }
    if (s.timeout_after) {
      out.timeout_after = s.timeout_after
      if (s.timeout) out.timeout = s.timeout
    }
    if (s.fallback?.length) out.fallback = s.fallback
    return out
  })
  const out: Flow = {}
  if (flow.no_approval) out.no_approval = true
  else if (stages.length) out.stages = stages
  if (flow.fallback?.length) out.fallback = flow.fallback
  if (flow.expire_in) out.expire_in = flow.expire_in
  if (flow.owners_may_add) out.owners_may_add = true
  if (flow.owners_edit) out.owners_edit = true
  if (flow.allow_self_approval) out.allow_self_approval = true
  return Object.keys(out).length ? out : undefined
}

/** faults finds what would be refused, by path, so that it is seen before saving. */
export function flowFaults(flow: Flow | undefined): Record<string, string> {
  const found: Record<string, string> = {}
  flow?.stages?.forEach((s, i) => {
    if (!s.approvers?.length) found[`flow.stages[${i}].approvers`] = 'Name at least one approver.'
    if (s.escalate_after && !s.escalate_to?.length)
      found[`flow.stages[${i}].escalate_to`] = 'Say who may decide then.'
  })
  return found
}
