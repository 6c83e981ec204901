// The columns of a history: what each shows, and what it is called in a file.
import type { Approval, Interval } from '../../api/types'
import { Status } from '../../components/Status'
import { date, exact } from '../../components/time'
import { type Choosable, chosenOf } from '../../modules/history/ColumnChoice'
import { kindWords, PersonLink, ResourceLine, ResourceLink, relationWords } from '../../modules/names'
import { RequestLink } from './RequestLink'

export interface HistoryColumn extends Choosable<Interval> {
  /** Its columns in an exported file. */
  file: readonly string[]
}

const day = (at: string | undefined) =>
  at ? (
    <time dateTime={at} title={exact(at)} className="whitespace-nowrap">
      {date(at)}
    </time>
  ) : (
    <span className="text-muted">–</span>
  )
const none = <span className="text-muted">–</span>

/** votesLine says who decided, in a line. */
export const votesLine = (list: readonly Approval[] | undefined) =>
  (list ?? [])
    .map(
      (v) =>
        `${v.by.name}${v.on_behalf_of ? ` for ${v.on_behalf_of.name}` : ''} ${v.vote === 'deny' ? 'denied' : 'approved'}${v.comment ? `: ${v.comment}` : ''}`,
    )
    .join('; ')

const origins: Record<Interval['origin'], string> = {
  given: 'Given',
  import: 'Found in the target',
  policy: 'By policy',
  break_glass: 'Break-glass',
}

export const historyColumns: readonly HistoryColumn[] = [
  {
    key: 'person',
    header: 'Who',
    sort: 'person',
    className: 'md:min-w-40',
    file: ['person', 'name'],
    shown: true,
    cell: (i) =>
      i.subject.kind === 'role' ? (
        <ResourceLink resource={{ ...i.subject, slug: i.subject.slug ?? '', kind: 'role' }} />
      ) : (
        <PersonLink user={i.subject} />
      ),
  },
  {
    key: 'department',
    header: 'Department',
    className: 'md:min-w-36',
    file: ['department', 'title'],
    shown: false,
    cell: (i) => i.department || none,
  },
  {
    key: 'resource',
    header: 'What',
    sort: 'resource',
    className: 'md:min-w-56',
    file: ['resource', 'resource_name', 'app'],
    shown: true,
    cell: (i) => (
      <ResourceLine
        resource={i.resource}
        detail={i.app ? `${kindWords[i.resource.kind]} of ${i.app.name}` : undefined}
      />
    ),
  },
  {
    key: 'relation',
    header: 'As',
    sort: 'relation',
    className: 'md:min-w-24',
    file: ['relation'],
    shown: true,
    cell: (i) => relationWords[i.relation],
  },
  {
    key: 'via',
    header: 'By',
    sort: 'via',
    className: 'md:min-w-32',
    file: ['via', 'role', 'origin'],
    shown: true,
    cell: (i) => (i.role ? <ResourceLink resource={i.role} /> : origins[i.origin]),
  },
  { key: 'state', header: 'State', file: ['state'], shown: true, cell: (i) => <Status state={i.state} /> },
  {
    key: 'started',
    header: 'From',
    sort: 'started',
    file: ['started_at'],
    shown: true,
    cell: (i) => day(i.started_at),
  },
  {
    key: 'ended',
    header: 'Until',
    sort: 'ended',
    file: ['ends_at', 'ended_at'],
    shown: true,
    cell: (i) => (i.ended_at ? day(i.ended_at) : i.no_end ? 'no end' : day(i.ends_at)),
  },
  {
    key: 'reason',
    header: 'Why',
    className: 'md:min-w-60',
    file: ['reason', 'request'],
    shown: true,
    cell: (i) => (
      <>
        {i.reason || none}
        {i.request_id && <RequestLink id={i.request_id} />}
      </>
    ),
  },
  {
    key: 'given_by',
    header: 'Given by',
    sort: 'given_by',
    className: 'md:min-w-36',
    file: ['given_by', 'requester'],
    shown: false,
    cell: (i) => (i.given_by ? <PersonLink user={i.given_by} /> : 'Sallyport'),
  },
  {
    key: 'approvals',
    header: 'Decided',
    className: 'md:min-w-60',
    file: ['approvals', 'decided_at'],
    shown: true,
    cell: (i) => votesLine(i.approvals) || none,
  },
  {
    key: 'ended_by',
    header: 'Ended by',
    sort: 'ended_by',
    className: 'md:min-w-36',
    file: ['ended_by'],
    shown: false,
    cell: (i) => (i.ended_by ? <PersonLink user={i.ended_by} /> : i.ended_at ? 'Sallyport' : none),
  },
  {
    key: 'ended_reason',
    header: 'Why it ended',
    className: 'md:min-w-44',
    file: ['ended_reason'],
    shown: true,
    cell: (i) => i.ended_reason || none,
  },
]

/** chosen reads the columns of an address. */
export const chosen = (text: string | undefined) => chosenOf(historyColumns, text)
