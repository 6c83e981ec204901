import { ChevronRight } from 'lucide-react'
import type { AuditEvent } from '../../api/types'
import { Badge } from '../../components/Badge'
import { exact } from '../../components/time'
import { formatter } from '../../components/zone'
import { Thing } from '../../modules/history/EventList'
import { about, address, tone } from '../../modules/history/words'
import { PersonLink } from '../../modules/names'

const clock = formatter({ hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** EventRow is one line of the log: when, what, who, about what. */
export function EventRow({ event: e, onOpen }: { event: AuditEvent; onOpen: () => void }) {
  const object = address(e.object) && e.object.id !== e.actor?.id ? [e.object] : []
  const things = [...object, ...about(e, [e.object.id])]
  return (
    <li
      data-row
      className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 px-4 py-2 hover:bg-hover/40 md:grid-cols-[4.5rem_12.5rem_minmax(0,1fr)_auto]"
    >
      <time
        dateTime={e.at}
        title={exact(e.at)}
        className="text-[0.8125rem] text-muted tabular-nums max-md:col-start-1 max-md:row-start-2"
      >
        {clock(e.at)}
      </time>
      <span className="min-w-0 max-md:row-start-1">
        <Badge tone={tone(e)} className="font-mono">
          {e.verb}
        </Badge>
      </span>
      <p className="min-w-0 [overflow-wrap:anywhere] max-md:col-span-2 max-md:row-start-3">
        {e.actor ? <PersonLink user={e.actor} /> : <span className="font-medium">Sallyport</span>}
        {things.length > 0 && (
          <span className="text-muted">
            {' · '}
            {things.map((ref, i) => (
              <span key={ref.id}>
                {i > 0 && ', '}
                <Thing refTo={ref} />
              </span>
            ))}
          </span>
        )}
      </p>
      <button
        type="button"
        aria-label={`Details of ${e.verb} at ${exact(e.at)}`}
        className="touch grid size-8 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink max-md:col-start-2 max-md:row-span-2 max-md:row-start-1"
        onClick={onOpen}
      >
        <ChevronRight aria-hidden className="size-4" />
      </button>
    </li>
  )
}
