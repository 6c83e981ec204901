import { Link } from '@tanstack/react-router'
import { Check, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { AccessRequest } from '../../api/types'
import { Avatar } from '../../components/Avatar'
import { Badge } from '../../components/Badge'
import { Button, buttonClass } from '../../components/Button'
import { Checkbox } from '../../components/Checkbox'
import { cx } from '../../components/cx'
import { RelativeTime } from '../../components/RelativeTime'
import { howLong } from '../../components/time'
import { CreationGlance } from '../../modules/create/CreationView'
import { Approving } from '../../modules/decision/Approving'
import { glance } from '../../modules/decision/facts'
import { askTitle, askVerb, forOther, relationWords, subjectOf } from '../../modules/names'
import { requestPath } from '../../modules/paths'
import { useTitle } from '../../modules/titles'
import { DenyForm } from './DenyForm'

const icons = { good: CircleCheck, warn: TriangleAlert, neutral: Info }

export function ApprovalCard({
  request: r,
  current,
  selected,
  denying,
  sure,
  onFocus,
  onToggle,
  onApprove,
  onDenying,
  onDeny,
}: {
  request: AccessRequest
  current: boolean
  selected: boolean
  denying: boolean
  /** The first of the two presses that a warning asks for was made. */
  sure: boolean
  onFocus: () => void
  onToggle: (range: boolean) => void
  onApprove: () => void
  onDenying: (open: boolean) => void
  onDeny: (comment: string) => void
}) {
  const named = useTitle()
  const title = askTitle(r, named)
  const stage = (r.stages ?? []).find((s) => s.state === 'open')
  const due = stage?.due_at
  const facts = glance(r)
  const plain = r.kind !== 'work_order' && r.kind !== 'create'
  return (
    <li
      id={`card-${r.id}`}
      tabIndex={-1}
      aria-label={title}
      onFocus={onFocus}
      className={cx(
        'enter scroll-my-20 rounded-lg border bg-surface p-4 shadow-card outline-none',
        current ? 'border-accent-text ring-1 ring-accent-text' : 'border-line',
        selected && 'bg-accent-soft/60',
      )}
    >
      <div className="flex gap-3">
        <div className="grid justify-items-center gap-2">
          <Avatar name={r.requester.name} size="lg" />
          <Checkbox
            aria-label={`Select: ${title}`}
            checked={selected}
            onChange={(e) => onToggle((e.nativeEvent as MouseEvent).shiftKey)}
          />
        </div>
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-baseline justify-between gap-x-4">
            <h2 className="min-w-0 [overflow-wrap:anywhere]">
              <Link to={requestPath(r)} className="rounded underline-offset-2 hover:underline">
                <b className="font-semibold">{r.requester.name}</b> {askVerb(r)}{' '}
                <b className="font-semibold">{named(subjectOf(r))}</b>
                {forOther(r) && (
                  <>
                    {' '}
                    for <b className="font-semibold">{r.beneficiary.name}</b>
                  </>
                )}
              </Link>
            </h2>
            <span className="text-[0.8125rem] text-muted">
              {due ? (
                <RelativeTime at={due} before="due " />
              ) : (
                <RelativeTime at={r.expires_at} before="expires " />
              )}
            </span>
          </div>
          <p className="text-[0.8125rem] text-muted">
            {[plain && relationWords[r.relation], howLong(r)].filter(Boolean).join(' · ')}
            {(plain || howLong(r)) && ' · '}
            <RelativeTime at={r.created_at} before="asked " />
            {stage?.name && ` · ${stage.name}`}
          </p>
          {r.reason && (
            <p className="mt-1.5 line-clamp-3 whitespace-pre-line [overflow-wrap:anywhere]">{r.reason}</p>
          )}
          {r.create && <CreationGlance thing={r.create.decided ?? r.create.asked} />}
          {facts.length > 0 && (
            <ul className="mt-2 flex flex-wrap gap-1.5">
              {facts.map((f) => {
                const Icon = icons[f.tone]
                return (
                  <li key={f.key} className="min-w-0 max-w-full">
                    <Badge tone={f.tone} icon={<Icon aria-hidden />}>
                      {f.text}
                    </Badge>
                  </li>
                )
              })}
            </ul>
          )}
          <div className="mt-1">
            <Approving request={r} label={title} />
          </div>
        </div>
      </div>
      {denying ? (
        <DenyForm
          label={`Why do you deny it? ${r.requester.name} reads this.`}
          action="Deny"
          onDeny={onDeny}
          onClose={() => onDenying(false)}
        />
      ) : (
        <div className="mt-3 flex justify-end gap-2 max-md:*:flex-1">
          <Button
            look="danger-quiet"
            className="max-md:min-h-11"
            onClick={() => onDenying(true)}
            aria-label={`Deny: ${title}`}
          >
            Deny
          </Button>
          {r.create && (
            <Link
              to={requestPath(r)}
              search={{ edit: '1' } as never}
              className={buttonClass()}
              aria-label={`Edit: ${title}`}
            >
              Edit
            </Link>
          )}
          <Button
            look={current ? 'primary' : 'secondary'}
            className="max-md:min-h-11"
            icon={<Check aria-hidden className="size-4" />}
            aria-label={`${sure ? 'Approve anyway' : 'Approve'}: ${title}`}
            onClick={onApprove}
          >
            {sure ? 'Approve anyway' : 'Approve'}
          </Button>
        </div>
      )}
    </li>
  )
}
