import { Link } from '@tanstack/react-router'
import { CircleAlert, Clock, Gauge, Info, UserCheck, Users } from 'lucide-react'
import type { ReactNode } from 'react'
import { message, sentence } from '../../api/error'
import type { Access, Preview } from '../../api/types'
import { Skeleton } from '../../components/Skeleton'
import { date, roughly } from '../../components/time'
import { names, relationWords } from '../names'
import { requestPath } from '../paths'
import { useAsk } from './open'
import { StageWords } from './StageWords'

/** AskOutcome says before sending what will happen: who decides, which limits apply and why, what one has already. */
export function AskOutcome({
  preview,
  loading,
  error,
  problems,
  extend,
  me,
  beneficiary,
}: {
  preview: Preview | undefined
  loading: boolean
  error: unknown
  problems: readonly { location: string; message: string }[]
  extend?: boolean
  me?: string
  /** For whom, when not for the caller. */
  beneficiary?: string
}) {
  const ask = useAsk()
  if (loading)
    return (
      <div
        role="status"
        aria-label="Asking who decides"
        className="grid gap-2 rounded-lg border border-line p-4"
      >
        <Skeleton className="h-4 w-3/5" />
        <Skeleton className="h-4 w-4/5" />
      </div>
    )
  if (!preview) return error ? <Note tone="bad">{message(error)}</Note> : null
  const stages = preview.stages ?? []
  const current = preview.current ?? []
  const limits = preview.limits ?? []
  const peers = preview.peers
  const role = peers?.roles[0]
  const nearWords = peers?.basis === 'department' ? 'of the same department' : 'with the same manager'
  return (
    <section aria-label="What will happen" className="grid gap-3">
      {problems.map((p) => (
        <Note key={p.location + p.message} tone="bad">
          {sentence(p.message)}
        </Note>
      ))}
      {preview.pending && (
        <Note tone="warn">
          A request for the same is open since {date(preview.pending.created_at)}; sending this one replaces
          it.{' '}
          <Link to={requestPath(preview.pending)} className="font-medium underline">
            Look at it
          </Link>
        </Note>
      )}
      {!extend && current.map((a) => <Note key={a.resource.id + a.relation}>{already(a)}</Note>)}
      {!extend && current.length === 0 && role && (
        <Note>
          {role.people === 1 ? '1 person' : `${role.people} people`} {nearWords}{' '}
          {role.people === 1 ? 'has' : 'have'} it by the role {role.role.name}.{' '}
          <button
            type="button"
            className="touch rounded font-medium underline underline-offset-2"
            onClick={() => ask({ resource: role.role.slug, ...(beneficiary ? { beneficiary } : {}) })}
          >
            Ask for the role instead
          </button>
        </Note>
      )}
      <div className="grid gap-3 rounded-lg border border-line bg-sunken/60 p-4">
        {peers && peers.of + peers.title_of > 0 && !extend && (
          <Row icon={<Users aria-hidden />} title="Who else has it">
            {peers.of > 0 && (
              <p>
                {peers.have === 0
                  ? `Nobody ${nearWords}.`
                  : `${peers.have} of ${peers.of} ${nearWords}: ${names(peers.people, me, 4, 'and')}.`}
              </p>
            )}
            {peers.title_of > 0 && (
              <p>
                {peers.title_have === 0
                  ? 'Nobody else with the same title.'
                  : `${peers.title_have} of ${peers.title_of} with the same title.`}
              </p>
            )}
          </Row>
        )}
        <Row icon={<UserCheck aria-hidden />} title="Who decides">
          {stages.length === 0 ? (
            'Nobody needs to: it is approved at once.'
          ) : (
            <ol className="grid gap-1">
              {stages.map((s, i) => (
                <li key={s.id || s.name + String(i)}>
                  {stages.length > 1 && <span className="text-muted">{i === 0 ? 'First ' : 'Then '}</span>}
                  <StageWords stage={s} me={me} />
                </li>
              ))}
            </ol>
          )}
        </Row>
        {preview.typical_decision && (
          <Row icon={<Clock aria-hidden />} title="How long it takes">
            Usually decided within {roughly(preview.typical_decision)}.
          </Row>
        )}
        {limits.length > 0 && (
          <Row icon={<Gauge aria-hidden />} title="Limits">
            <ul className="grid gap-1">
              {limits.map((l) => (
                <li key={l.key + l.from}>
                  {l.words}
                  {l.from && <span className="text-muted"> · from {l.from}</span>}
                </li>
              ))}
            </ul>
          </Row>
        )}
        {preview.fulfilment && (
          <Row icon={<Info aria-hidden />} title="After approval">
            {preview.fulfilment}
          </Row>
        )}
        {(preview.effects?.length ?? 0) > 0 && (
          <Row icon={<Info aria-hidden />} title="What the role gives">
            {preview.effects?.map((r) => r.name).join(', ')}
          </Row>
        )}
      </div>
    </section>
  )
}

function already(a: Access): string {
  const path = a.paths?.[0]
  const how =
    path?.via === 'role' && path.role
      ? `by the role ${path.role.name}`
      : path?.reason
        ? `directly: “${path.reason}”`
        : 'directly'
  const until = a.ends_at ? `until ${date(a.ends_at)}` : 'without end'
  return `Already ${relationWords[a.relation].toLowerCase()} ${until}, ${how}.`
}

function Row({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <div className="flex gap-3 [&>svg]:mt-0.5 [&>svg]:size-4 [&>svg]:shrink-0 [&>svg]:text-muted">
      {icon}
      <div className="min-w-0">
        <h3 className="font-medium text-[0.8125rem] text-muted">{title}</h3>
        <div className="[overflow-wrap:anywhere]">{children}</div>
      </div>
    </div>
  )
}

function Note({ tone = 'info', children }: { tone?: 'info' | 'warn' | 'bad'; children: ReactNode }) {
  const look = {
    info: 'bg-info-soft text-info',
    warn: 'bg-warn-soft text-warn',
    bad: 'bg-bad-soft text-bad',
  }[tone]
  return (
    <p className={`flex gap-2.5 rounded-md px-3 py-2.5 ${look}`}>
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span className="min-w-0">{children}</span>
    </p>
  )
}
