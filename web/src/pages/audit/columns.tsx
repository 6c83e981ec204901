// The columns of the log.
import type { AuditEvent } from '../../api/types'
import { Badge } from '../../components/Badge'
import { exact } from '../../components/time'
import { formatter } from '../../components/zone'
import type { Choosable } from '../../modules/history/ColumnChoice'
import { Thing } from '../../modules/history/EventList'
import { about, address, said, tone } from '../../modules/history/words'
import { PersonLink } from '../../modules/names'

const moment = formatter({
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const none = <span className="text-muted">–</span>

/** ways are the ways by which somebody acted, in words. */
export const ways: Record<string, string> = {
  session: 'The page',
  token: 'A token',
  chat: 'Chat',
  job: 'By itself',
  cli: 'The command line',
}

/** things are whom and what an event names, its object first where that has a page. */
function things(e: AuditEvent) {
  const object = address(e.object) && e.object.id !== e.actor?.id ? [e.object] : []
  return [...object, ...about(e, [e.object.id])]
}

export const eventColumns: readonly Choosable<AuditEvent>[] = [
  {
    key: 'at',
    header: 'When',
    sort: 'id',
    shown: true,
    cell: (e) => (
      <time dateTime={e.at} title={exact(e.at)} className="whitespace-nowrap tabular-nums">
        {moment(e.at)}
      </time>
    ),
  },
  {
    key: 'verb',
    header: 'Event',
    shown: true,
    cell: (e) => (
      <Badge tone={tone(e)} className="font-mono">
        {e.verb}
      </Badge>
    ),
  },
  {
    key: 'actor',
    header: 'Who',
    className: 'md:min-w-36',
    shown: true,
    cell: (e) => (e.actor ? <PersonLink user={e.actor} /> : <span className="font-medium">Sallyport</span>),
  },
  {
    key: 'about',
    header: 'About',
    className: 'md:min-w-44',
    shown: true,
    cell: (e) => {
      const list = things(e)
      return list.length === 0
        ? none
        : list.map((ref, i) => (
            <span key={ref.id}>
              {i > 0 && ', '}
              <Thing refTo={ref} />
            </span>
          ))
    },
  },
  {
    key: 'why',
    header: 'Why',
    className: 'md:min-w-44',
    shown: true,
    cell: (e) => said(e) || none,
  },
  {
    key: 'behalf',
    header: 'In the place of',
    className: 'md:min-w-36',
    shown: false,
    cell: (e) => (e.on_behalf_of ? <PersonLink user={e.on_behalf_of} /> : none),
  },
  { key: 'via', header: 'By', className: 'md:min-w-32', shown: false, cell: (e) => ways[e.via] ?? e.via },
  {
    key: 'cause',
    header: 'Because of',
    shown: false,
    cell: (e) => (e.cause ? <span className="font-mono text-[0.8125rem]">{e.cause}</span> : none),
  },
  {
    key: 'index',
    header: 'Place in the log',
    shown: false,
    cell: (e) => <span className="tabular-nums">{e.index ?? '–'}</span>,
  },
]
