import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { insightQuery } from '../../api/request'
import type { AccessRequest } from '../../api/types'
import { RelativeTime } from '../../components/RelativeTime'
import { Status } from '../../components/Status'
import { date } from '../../components/time'
import { firstName, names, PersonLink, ResourceLink } from '../names'
import { personPath, requestPath } from '../paths'
import { inDepth } from './facts'

const icons = { good: CircleCheck, warn: TriangleAlert, neutral: Info }
const tones = { good: 'text-good', warn: 'text-warn', neutral: 'text-muted' }

/** FactList helps to decide: what stands out, who near the person has it, what they had and hold. */
export function FactList({ request }: { request: AccessRequest }) {
  const { data: insight } = useQuery(insightQuery(request.id))
  const who = firstName(request.beneficiary.name)
  const facts = inDepth(request, insight)
  const people = insight?.peers.people ?? []
  const before = insight?.requests ?? []
  const holds = insight?.holds ?? []
  const gives = insight?.gives ?? []
  return (
    <div className="grid gap-2.5">
      {facts.length > 0 && (
        <ul className="grid gap-1.5">
          {facts.map((f) => {
            const Icon = icons[f.tone]
            return (
              <li key={f.key} className="flex items-start gap-2.5">
                <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${tones[f.tone]}`} />
                <span>
                  {f.text}
                  {f.key === 'near' && people.length > 0 && (
                    <span className="text-muted">: {names(people, undefined, 3, 'and')}</span>
                  )}
                </span>
              </li>
            )
          })}
        </ul>
      )}
      {gives.length > 0 && (
        <More title={`The role gives ${gives.length} ${gives.length === 1 ? 'thing' : 'things'}`}>
          {gives.map((g) => (
            <li key={g.resource.id + g.relation}>
              <ResourceLink resource={g.resource} />
              {g.relation === 'owner' && <span className="text-muted"> · owner</span>}
            </li>
          ))}
        </More>
      )}
      {holds.length > 0 && (
        <More title={`${who} holds ${holds.length} ${holds.length === 1 ? 'thing' : 'things'} here`}>
          {holds.map((a) => (
            <li key={a.resource.id + a.relation}>
              <ResourceLink resource={a.resource} />
              <span className="text-muted">
                {a.relation === 'owner' && ' · owner'}
                {a.ends_at ? ` · until ${date(a.ends_at)}` : ' · no end'}
              </span>
            </li>
          ))}
        </More>
      )}
      {before.length > 0 && (
        <More
          title={`${who} asked for this ${before.length === 1 ? 'once' : `${before.length} times`} before`}
        >
          {before.map((r) => (
            <li key={r.id} className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <Link to={requestPath(r)} className="underline underline-offset-2">
                <RelativeTime at={r.created_at} />
              </Link>
              <Status state={r.state} />
            </li>
          ))}
        </More>
      )}
      {insight && request.beneficiary.kind === 'user' && (
        <p className="text-[0.875rem] text-muted">
          <PersonLink user={request.beneficiary} /> holds{' '}
          <Link to={personPath(request.beneficiary)} className="underline underline-offset-2">
            {insight.holds_total} {insight.holds_total === 1 ? 'thing' : 'things'} in all
          </Link>
          .
        </p>
      )}
    </div>
  )
}

function More({ title, children }: { title: string; children: ReactNode }) {
  return (
    <details>
      <summary className="rounded py-0.5 font-medium text-[0.875rem] text-muted hover:text-ink">
        {title}
      </summary>
      <ul className="mt-1.5 grid max-h-56 gap-1 overflow-y-auto text-[0.875rem]">{children}</ul>
    </details>
  )
}
