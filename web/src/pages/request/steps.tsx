// A request's life as steps: what was, what is, what comes.
import type { AccessRequest, Stage } from '../../api/types'
import { ExactTime, RelativeTime } from '../../components/RelativeTime'
import type { Step } from '../../components/Timeline'
import { lengthWords } from '../../components/time'
import { forOther, names, PersonLink, ruleWords } from '../../modules/names'

export function steps(r: AccessRequest, me?: string): Step[] {
  const out: Step[] = [
    {
      key: 'asked',
      state: 'done',
      title: (
        <>
          <b className="font-semibold">Asked by</b> <PersonLink user={r.requester} />
          {forOther(r) && (
            <>
              {' '}
              for <PersonLink user={r.beneficiary} />
            </>
          )}
        </>
      ),
      meta: <ExactTime at={r.created_at} />,
      quote: r.reason,
    },
  ]
  const stages = [...(r.stages ?? [])].sort((a, b) => a.position - b.position)
  for (const stage of stages) out.push(...stageSteps(stage, r, me))
  if (stages.length === 0 && r.state === 'approved')
    out.push({
      key: 'auto',
      state: 'done',
      title: <b className="font-semibold">Approved at once</b>,
      meta: r.decided_at && <ExactTime at={r.decided_at} />,
    })
  const closed = closing(r)
  if (closed) out.push(closed)
  out.push(...fulfilment(r))
  return out
}

function stageSteps(stage: Stage, r: AccessRequest, me?: string): Step[] {
  const out: Step[] = []
  for (const v of stage.votes ?? []) {
    const approve = v.vote === 'approve'
    out.push({
      key: v.id || `${stage.id}-${v.by.id}`,
      state: approve ? 'done' : 'refused',
      title: (
        <>
          <b className="font-semibold">{approve ? 'Approved by' : 'Denied by'}</b> <PersonLink user={v.by} />
          {v.on_behalf_of && <> in place of {v.on_behalf_of.name}</>}
          {v.duration && <> for {lengthWords(v.duration)}</>}
          <span className="text-muted"> · {stage.name}</span>
        </>
      ),
      meta: <ExactTime at={v.at} />,
      quote: v.comment,
    })
  }
  const people = stage.approvers ?? []
  const rest = people.filter((p) => !(stage.votes ?? []).some((v) => v.by.id === p.id))
  const need = Math.max(stage.need - (stage.votes ?? []).filter((v) => v.vote === 'approve').length, 1)
  const joiner = stage.rule === 'all' || need > 1 ? 'and' : 'or'
  if (stage.state === 'open' && r.state === 'pending')
    out.push({
      key: `${stage.id}-open`,
      state: 'now',
      title: (
        <>
          <b className="font-semibold">Waiting for</b> {ruleWords(stage.rule, need, rest.length)}{' '}
          {names(rest, me, 5, joiner)}
          <span className="text-muted"> · {stage.name}</span>
        </>
      ),
      meta: (
        <>
          {stage.started_at && <RelativeTime at={stage.started_at} before="since " />}
          {stage.due_at && <RelativeTime at={stage.due_at} before=" · due " />}
          {stage.escalated && ' · escalated'}
        </>
      ),
      children: <Why stage={stage} />,
    })
  else if (stage.state === 'waiting' && r.state === 'pending')
    out.push({
      key: `${stage.id}-later`,
      state: 'later',
      title: (
        <>
          <b className="font-semibold">Then</b> {ruleWords(stage.rule, stage.need, people.length)}{' '}
          {people.length ? names(people, me, 5, joiner) : stage.name}
          {people.length > 0 && <> · {stage.name}</>}
        </>
      ),
    })
  else if ((stage.votes ?? []).length === 0 && (stage.state === 'approved' || stage.state === 'denied'))
    out.push({
      key: `${stage.id}-outcome`,
      state: stage.state === 'approved' ? 'done' : 'refused',
      title: (
        <>
          <b className="font-semibold">{stage.state === 'approved' ? 'Approved' : 'Denied'}</b> without a vote
          <span className="text-muted"> · {stage.name}</span>
        </>
      ),
      meta: (
        <>
          {stage.closed_at && <ExactTime at={stage.closed_at} />}
          {stage.outcome && ` · ${stage.outcome}`}
        </>
      ),
    })
  return out
}

const via: Record<string, string> = {
  manager: 'manager',
  manager_of_manager: "manager's manager",
  owners: 'owner of the resource',
  app_owners: 'owner of the app',
  admins: 'admin',
}
const viaWords = (v: string) =>
  via[v] ??
  v
    .replace(/^group:/, 'group ')
    .replace(/^role:/, 'role ')
    .replace(/^user:/, 'named: ')

function Why({ stage }: { stage: Stage }) {
  const people = stage.approvers ?? []
  if (people.length === 0) return null
  return (
    <details>
      <summary className="touch w-fit rounded text-[0.8125rem] text-muted underline underline-offset-2 hover:text-ink">
        Why these people?
      </summary>
      <ul className="mt-1.5 grid gap-1 text-[0.875rem]">
        {people.map((p) => (
          <li key={p.id}>
            <PersonLink user={p} />
            {p.via && <span className="text-muted"> · {viaWords(p.via)}</span>}
          </li>
        ))}
      </ul>
      {stage.fallback && (
        <p className="mt-1.5 text-[0.8125rem] text-muted">
          The people first in line were too few without the requester and the beneficiary; these stand in
          {stage.fallback === 'admins' ? ' (admins).' : '.'}
        </p>
      )}
    </details>
  )
}

function closing(r: AccessRequest): Step | undefined {
  const words: Record<string, string> = {
    cancelled: 'Cancelled',
    expired: 'Expired undecided',
    superseded: 'Replaced',
    failed: 'Failed',
  }
  const word = words[r.state]
  if (!word) return undefined
  return {
    key: 'closed',
    state: r.state === 'failed' ? 'failing' : 'stopped',
    title: (
      <>
        <b className="font-semibold">{word}</b>
        {r.decided_by && (
          <>
            {' '}
            by <PersonLink user={r.decided_by} />
          </>
        )}
      </>
    ),
    meta: r.decided_at && <ExactTime at={r.decided_at} />,
    quote: r.cause,
  }
}

const stagesLeft = (r: AccessRequest) => (r.stages ?? []).some((s) => s.state === 'waiting')

function fulfilment(r: AccessRequest): Step[] {
  if (r.state === 'pending')
    return r.next && !stagesLeft(r)
      ? [
          {
            key: 'next',
            state: 'later',
            title: (
              <>
                <b className="font-semibold">Then</b> {r.next.replace(/^then /, '')}
              </>
            ),
          },
        ]
      : []
  const work = r.fulfilment
  if (work && r.state === 'approved')
    return [
      {
        key: 'work',
        state: work.state === 'done' ? 'done' : work.state === 'rejected' ? 'refused' : 'working',
        title: (
          <b className="font-semibold">
            {work.state === 'done' ? 'Done' : work.state === 'rejected' ? 'Rejected' : 'Being worked on'}
          </b>
        ),
        meta: work.at && <ExactTime at={work.at} />,
      },
    ]
  const g = r.grant
  if (!g) return []
  const p = g.provisioning
  const out: Step[] = []
  if (g.activated_at)
    out.push({
      key: 'granted',
      state: 'done',
      title: <b className="font-semibold">Granted</b>,
      meta: <ExactTime at={g.activated_at} />,
    })
  else if (!g.ended_at)
    out.push({
      key: 'granting',
      state: g.state === 'failing' ? 'failing' : 'working',
      title: (
        <b className="font-semibold">
          {g.state === 'failing' ? 'Granting fails' : g.state === 'scheduled' ? 'Scheduled' : 'Being granted'}
        </b>
      ),
      meta: p && (
        <>
          <RelativeTime at={p.since} before="since " />
          {p.attempts > 1 && ` · ${p.attempts} attempts`}
          {p.next_attempt_at && <RelativeTime at={p.next_attempt_at} before=" · next " />}
        </>
      ),
      quote: p?.error,
    })
  if (g.state === 'revoking')
    out.push({
      key: 'revoking',
      state: p?.failing_since ? 'failing' : 'working',
      title: <b className="font-semibold">Being removed</b>,
      meta: p && (
        <>
          <RelativeTime at={p.since} before="since " />
          {p.attempts > 1 && ` · ${p.attempts} attempts`}
        </>
      ),
      quote: p?.error,
    })
  else if (g.state === 'ended' || g.ended_at)
    out.push({
      key: 'ended',
      state: 'stopped',
      title: (
        <>
          <b className="font-semibold">Ended</b>
          {g.ended_by && (
            <>
              {' '}
              by <PersonLink user={g.ended_by} />
            </>
          )}
        </>
      ),
      meta: <ExactTime at={g.ended_at ?? g.ends_at ?? r.updated_at} />,
      quote: g.ended_reason,
    })
  else if (g.ends_at && g.activated_at)
    out.push({
      key: 'ends',
      state: 'later',
      title: (
        <>
          <b className="font-semibold">Ends</b> <RelativeTime at={g.ends_at} />
        </>
      ),
      meta: <ExactTime at={g.ends_at} />,
    })
  return out
}
