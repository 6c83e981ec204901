import { useQuery } from '@tanstack/react-query'
import { CircleCheck } from 'lucide-react'
import { type Connection, type Drift, driftQuery } from '../../api/connection'
import { Badge, type Tone } from '../../components/Badge'
import { Card } from '../../components/Card'
import { RelativeTime } from '../../components/RelativeTime'
import { PersonLink, ResourceLink } from '../../modules/names'

const kinds: Record<Drift['kind'], [string, Tone]> = {
  only_in_target: ['Only there', 'warn'],
  missing_in_target: ['Missing there', 'bad'],
  unknown_account: ['Nobody we know', 'neutral'],
}

/** DriftCard lists where a target differs from what ought to be; it stays away while nothing is known. */
export function DriftCard({ connection }: { connection: Connection }) {
  const { data } = useQuery({ ...driftQuery(connection.id), retry: false })
  const items = data?.items
  if (!items) return null
  return (
    <Card title="How it differs" pad={items.length === 0}>
      {items.length === 0 ? (
        <p className="flex items-center gap-2 text-muted">
          <CircleCheck aria-hidden className="size-4 shrink-0 text-good" />
          The target holds what it ought to, as far as it was read.
        </p>
      ) : (
        <ul className="divide-y divide-line pb-1">
          {items.slice(0, 100).map((d) => {
            const [word, tone] = kinds[d.kind]
            return (
              <li
                key={d.kind + d.resource.id + (d.account ?? '') + (d.user?.id ?? '') + d.relation}
                className="flex flex-wrap items-baseline gap-x-3 gap-y-1 px-5 py-2.5 max-md:px-4"
              >
                <Badge tone={tone}>{word}</Badge>
                <span className="min-w-0 flex-1 basis-60 [overflow-wrap:anywhere]">
                  {d.user ? <PersonLink user={d.user} /> : <code className="font-mono">{d.account}</code>}
                  {' · '}
                  <ResourceLink resource={d.resource} />
                  <span className="block text-[0.8125rem] text-muted">{d.words}</span>
                </span>
                <span className="text-[0.8125rem] text-muted">
                  <RelativeTime at={d.since} />
                </span>
              </li>
            )
          })}
          {items.length > 100 && <li className="px-5 py-2.5 text-muted">and {items.length - 100} more</li>}
        </ul>
      )}
    </Card>
  )
}
