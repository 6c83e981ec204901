import { Link } from '@tanstack/react-router'
import { CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { AccessRequest } from '../../api/types'
import { RelativeTime } from '../../components/RelativeTime'
import { Status } from '../../components/Status'
import { firstName, ResourceLink, relationWords } from '../names'
import { requestPath } from '../paths'
import { type Fact, glance, useFacts } from './facts'

const icons = { good: CircleCheck, warn: TriangleAlert, neutral: Info }
const tones = { good: 'text-good', warn: 'text-warn', neutral: 'text-muted' }

/** FactList helps to decide: what stands out, who near the person has it, what they had and hold. */
export function FactList({ request }: { request: AccessRequest }) {
  const facts = useFacts(request, true)
  const who = firstName(request.beneficiary.name)
  const list: Fact[] = glance(request)
  if (facts.near) {
    const n = facts.near.hold.length
    list.unshift({
      key: 'near',
      tone: n > 0 ? 'good' : 'neutral',
      text:
        n > 0 ? `${n} of ${facts.near.of} teammates have it` : `None of ${facts.near.of} teammates has it`,
    })
  } else if (facts.holders !== undefined)
    list.unshift({
      key: 'holders',
      tone: 'neutral',
      text: `${facts.holders} ${facts.holders === 1 ? 'person has' : 'people have'} it`,
    })
  const same = facts.holds?.filter((a) => a.resource.id === request.resource.id)
  for (const a of same ?? [])
    list.push({
      key: `now-${a.relation}`,
      tone: 'neutral',
      text: `${who} is ${relationWords[a.relation].toLowerCase()} now`,
    })
  return (
    <div className="grid gap-3">
      <ul className="grid gap-1.5">
        {list.map((f) => {
          const Icon = icons[f.tone]
          return (
            <li key={f.key} className="flex items-start gap-2.5">
              <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${tones[f.tone]}`} />
              <span>{f.text}</span>
            </li>
          )
        })}
      </ul>
      {(facts.before?.length ?? 0) > 0 && (
        <details className="group">
          <summary className="touch rounded font-medium text-[0.875rem] text-muted hover:text-ink">
            {who} asked for this {facts.before?.length === 1 ? 'once' : `${facts.before?.length} times`}{' '}
            before
          </summary>
          <ul className="mt-1.5 grid gap-1.5">
            {facts.before?.map((r) => (
              <li key={r.id} className="flex flex-wrap items-center gap-x-2 gap-y-1 text-[0.875rem]">
                <Link to={requestPath(r)} className="underline underline-offset-2">
                  <RelativeTime at={r.created_at} />
                </Link>
                <Status state={r.state} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {facts.holds && facts.holds.length > 0 && (
        <details>
          <summary className="touch rounded font-medium text-[0.875rem] text-muted hover:text-ink">
            {who} holds {facts.holds.length} {facts.holds.length === 1 ? 'thing' : 'things'} now
          </summary>
          <ul className="mt-1.5 grid max-h-56 gap-1 overflow-y-auto text-[0.875rem]">
            {facts.holds.map((a) => (
              <li key={a.resource.id + a.relation}>
                <ResourceLink resource={a.resource} />
                {a.relation === 'owner' && <span className="text-muted"> · owner</span>}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}
