import { useQuery } from '@tanstack/react-query'
import { CalendarCheck, Clock } from 'lucide-react'
import { useState } from 'react'
import { accessAtQuery } from '../../api/access'
import type { Access } from '../../api/types'
import { Badge } from '../../components/Badge'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { later } from '../../components/later'
import { SkeletonRows } from '../../components/Skeleton'
import { date, day, relative } from '../../components/time'
import { useAsk } from '../../modules/ask/open'
import { ResourceLine } from '../../modules/names'
import { More } from './More'

const RenewAll = later<{ list: readonly Access[]; onClose: () => void }>(() =>
  import('./RenewAll').then((m) => m.RenewAll),
)

/** EndingCard shows one's own access that ends within 14 days, soonest first, to be renewed in time. */
export function EndingCard() {
  const ask = useAsk()
  const [renewing, setRenewing] = useState(false)
  const { data, error, isPending, refetch } = useQuery(accessAtQuery('me'))
  const until = Date.now() + 14 * day
  const list = (data?.items ?? [])
    .filter((a) => a.ends_at && new Date(a.ends_at).getTime() < until)
    .sort((a, b) => (a.ends_at ?? '').localeCompare(b.ends_at ?? ''))
  return (
    <Card
      title="Your access that ends soon"
      action={list.length > 0 && <More to="/access">All your access</More>}
    >
      {isPending && <SkeletonRows rows={3} />}
      {!data && error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data && list.length === 0 && (
        <EmptyState kind="first" icon={CalendarCheck} title="Nothing ends within 14 days">
          You are told 7 days and 1 day before something ends.
        </EmptyState>
      )}
      <ul className="grid">
        {list.slice(0, 6).map((a) => (
          <li
            key={a.resource.id + a.relation}
            className="flex flex-wrap items-center gap-x-3 gap-y-2 border-line py-2 [&:not(:last-child)]:border-b"
          >
            <span className="min-w-0 flex-1 basis-48">
              <ResourceLine resource={a.resource} detail={date(a.ends_at ?? '')} />
            </span>
            <Badge tone="warn" icon={<Clock aria-hidden />}>
              ends {relative(a.ends_at ?? '')}
            </Badge>
            <Button
              size="sm"
              onClick={() => ask({ resource: a.resource.slug, relation: a.relation, extend: true })}
              aria-label={`Renew ${a.resource.name}`}
            >
              Renew
            </Button>
          </li>
        ))}
      </ul>
      {list.length > 1 && (
        <div className="mt-3 flex justify-end">
          <Button onClick={() => setRenewing(true)}>Renew all {list.length}</Button>
        </div>
      )}
      {renewing && <RenewAll list={list} onClose={() => setRenewing(false)} />}
    </Card>
  )
}
