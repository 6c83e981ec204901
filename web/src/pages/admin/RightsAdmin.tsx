import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ArrowRight } from 'lucide-react'
import { useState } from 'react'
import { holdersListQuery } from '../../api/access'
import { rows } from '../../api/list'
import { resourceQuery } from '../../api/resource'
import type { Access } from '../../api/types'
import { Button, buttonClass } from '../../components/Button'
import { Card } from '../../components/Card'
import { ErrorState } from '../../components/ErrorState'
import { LoadMore } from '../../components/LoadMore'
import { SkeletonRows } from '../../components/Skeleton'
import { Ends } from '../../modules/access/Ends'
import { WhyDrawer } from '../../modules/access/WhyDrawer'
import { givenBy } from '../../modules/access/words'
import { AdminFrame } from '../../modules/admin/AdminFrame'
import { useAsk } from '../../modules/ask/open'
import { Person } from '../../modules/names'

const roles = [
  { slug: 'sallyport.admin', may: 'Set up everything, give and end access with a reason. It gives no vote.' },
  { slug: 'sallyport.auditor', may: 'Read everything, whatever its audience, and export the log.' },
  { slug: 'sallyport.catalogue-manager', may: 'Make and change everything in the catalogue.' },
] as const

/** RightsAdmin shows who may do what in Sallyport itself: held, asked for and ended like any other access. */
export function RightsAdmin() {
  const [why, setWhy] = useState<Access | null>(null)
  return (
    <AdminFrame
      to="/admin/rights"
      title="Built-in roles"
      sub="They are entitlements of the app Sallyport, granted like anything else."
    >
      <div className="grid items-start gap-4 lg:grid-cols-3">
        {roles.map((r) => (
          <Role key={r.slug} slug={r.slug} may={r.may} onWhy={setWhy} />
        ))}
      </div>
      <WhyDrawer access={why} user={why?.user} onClose={() => setWhy(null)} />
    </AdminFrame>
  )
}

function Role({ slug, may, onWhy }: { slug: string; may: string; onWhy: (a: Access) => void }) {
  const ask = useAsk()
  const resource = useQuery(resourceQuery(slug)).data
  const query = useInfiniteQuery(holdersListQuery(slug, { relation: 'member' }))
  const items = rows(query.data)
  return (
    <Card title={resource?.name ?? slug} pad={false}>
      <p className="px-5 pt-1 pb-3 text-[0.875rem] text-muted max-md:px-4">{may}</p>
      {query.isPending ? (
        <div className="px-5 pb-5">
          <SkeletonRows rows={2} label="Loading who has it" />
        </div>
      ) : !query.data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <ul className="divide-y divide-line border-line border-t">
          {items.length === 0 && <li className="px-5 py-3 text-muted max-md:px-4">Nobody has it.</li>}
          {items.map((a) => (
            <li key={a.user?.id} className="flex items-center gap-3 px-5 py-2.5 max-md:px-4">
              <div className="min-w-0 flex-1">
                {a.user && <Person user={a.user} detail={givenBy(a.paths)} />}
              </div>
              <span className="text-[0.8125rem]">
                <Ends at={a.ends_at} never={!a.ends_at} />
              </span>
              <Button size="sm" look="quiet" onClick={() => onWhy(a)}>
                Why<span className="sr-only"> {a.user?.name} has it</span>
              </Button>
            </li>
          ))}
          {query.hasNextPage && (
            <li className="pb-4">
              <LoadMore query={query} />
            </li>
          )}
        </ul>
      )}
      <div className="flex flex-wrap gap-2 border-line border-t px-5 py-3 max-md:px-4">
        <Button size="sm" onClick={() => ask({ resource: slug })}>
          Request it
        </Button>
        <Link
          to={`/catalogue/${slug}` as string}
          search={{ tab: 'holders' }}
          className={buttonClass('quiet', 'sm')}
        >
          Manage <ArrowRight aria-hidden className="size-3.5" />
        </Link>
      </div>
    </Card>
  )
}
