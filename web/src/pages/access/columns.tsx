// Grants as a table and as a file.
import { Link } from '@tanstack/react-router'
import type { Grant } from '../../api/types'
import { RelativeTime } from '../../components/RelativeTime'
import type { Column } from '../../components/Table'
import { date } from '../../components/time'
import { Ends, StateLine } from '../../modules/access/Ends'
import { reasonKindWords } from '../../modules/access/words'
import { kindWords, Person, ResourceLine, relationWords } from '../../modules/names'
import { requestPath, resourcePath } from '../../modules/paths'

export const person: Column<Grant> = {
  key: 'person',
  header: 'Who',
  sort: 'subject',
  cell: (g) =>
    g.subject.kind === 'user' ? (
      <Person user={{ id: g.subject.id, login: g.subject.login ?? g.subject.id, name: g.subject.name }} />
    ) : (
      <span>
        <span className="text-muted">Role </span>
        <Link
          to={resourcePath({ id: g.subject.id, slug: g.subject.slug ?? '' })}
          className="font-medium underline-offset-2 hover:underline"
        >
          {g.subject.name}
        </Link>
      </span>
    ),
}
export const resource: Column<Grant> = {
  key: 'resource',
  header: 'Access',
  sort: 'resource',
  cell: (g) => (
    <ResourceLine
      resource={g.resource}
      detail={`${relationWords[g.relation]} · ${kindWords[g.resource.kind]}`}
    />
  ),
}
export const given: Column<Grant> = {
  key: 'given',
  header: 'Given',
  className: 'md:whitespace-nowrap',
  cell: (g) =>
    g.request_id ? (
      <Link
        to={requestPath({ id: g.request_id })}
        className="rounded underline decoration-edge underline-offset-3 hover:decoration-ink"
      >
        {reasonKindWords(g.reason_kind)}
      </Link>
    ) : (
      <span title={g.reason}>{reasonKindWords(g.reason_kind)}</span>
    ),
}
export const since: Column<Grant> = {
  key: 'since',
  header: 'Since',
  sort: 'created_at',
  quiet: true,
  className: 'md:max-2xl:hidden',
  cell: (g) => <span className="whitespace-nowrap text-muted">{date(g.starts_at)}</span>,
}
export const state: Column<Grant> = {
  key: 'state',
  header: 'State',
  className: 'md:min-w-44',
  cell: (g) => <StateLine state={g.state} provisioning={g.provisioning} />,
}
export const ends: Column<Grant> = {
  key: 'ends',
  header: 'Ends',
  sort: 'ends_at',
  className: 'md:whitespace-nowrap',
  cell: (g) => <Ends at={g.ends_at} never={g.no_end} ended={g.ended_at} />,
}
export const lost: Column<Grant> = {
  key: 'lost',
  header: 'Ended',
  cell: (g) => (g.ended_at ? <RelativeTime at={g.ended_at} /> : '–'),
}
export const why: Column<Grant> = {
  key: 'why',
  header: 'Why it ended',
  cell: (g) => (
    <span>
      {capital(g.ended_reason || 'No reason was given')}
      {g.ended_by && <span className="text-muted"> · by {g.ended_by.name}</span>}
    </span>
  ),
}
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

export const csvHeader = [
  'subject',
  'subject_name',
  'resource',
  'resource_name',
  'relation',
  'state',
  'origin',
  'given_by',
  'reason',
  'starts_at',
  'ends_at',
  'ended_at',
  'ended_reason',
  'grant_id',
  'request_id',
]
export const csvRow = (g: Grant): (string | undefined)[] => [
  g.subject.kind === 'role' ? `role:${g.subject.slug}` : g.subject.login,
  g.subject.name,
  g.resource.slug,
  g.resource.name,
  g.relation,
  g.state,
  g.origin,
  g.reason_kind,
  g.reason,
  g.starts_at,
  g.no_end ? 'none' : g.ends_at,
  g.ended_at,
  g.ended_reason,
  g.id,
  g.request_id,
]
