import { useQueries, useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { accessAtQuery } from '../../api/access'
import { reportsQuery } from '../../api/user'
import { Button } from '../../components/Button'
import { ResourceIcon } from '../../components/ResourceIcon'
import { useAsk } from '../../modules/ask/open'
import { useMe } from '../../modules/me'
import { ResourceLink } from '../../modules/names'
import { recommend, type Standing } from './search'

/** The team is read up to this many people: enough to see what is common. */
const teamSize = 8

/** Recommended is what one's team has and oneself has not. It stays away when there is nothing to say. */
export function Recommended({ stand }: { stand: Standing }) {
  const me = useMe()
  const ask = useAsk()
  const manager = me?.user.manager?.login
  const team = useQuery({ ...reportsQuery(manager ?? ''), enabled: !!manager })
  const mates = (team.data?.items ?? []).filter((u) => u.id !== me?.user.id).slice(0, teamSize)
  const access = useQueries({
    queries: mates.map((u) => ({ ...accessAtQuery(u.login), staleTime: 5 * 60_000, retry: false })),
    combine: (all) => ({
      done: all.every((q) => !q.isPending),
      lists: all.flatMap((q) => (q.data ? [q.data.items ?? []] : [])),
    }),
  })
  if (!access.done || access.lists.length < 2) return null
  const found = recommend(access.lists, stand)
  if (found.length === 0) return null
  return (
    <section aria-labelledby="recommended" className="enter mb-6">
      <h2 id="recommended" className="mb-2 font-semibold">
        Recommended for you <span className="font-normal text-muted">· your team has it and you do not</span>
      </h2>
      <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
        {found.map((s) => (
          <li
            key={s.resource.id}
            className="flex items-center gap-3 rounded-lg border border-line bg-surface p-3.5 shadow-card"
          >
            <ResourceIcon kind={s.resource.kind} name={s.resource.name} slug={s.resource.slug} />
            <div className="min-w-0 flex-1">
              <p className="truncate">
                <ResourceLink resource={s.resource} />
              </p>
              <p className="text-[0.8125rem] text-muted">
                {s.have} of {s.of} have it
              </p>
            </div>
            <Button
              size="sm"
              aria-label={`Request ${s.resource.name}`}
              icon={<Plus aria-hidden className="size-4" />}
              onClick={() => ask({ resource: s.resource.slug })}
            />
          </li>
        ))}
      </ul>
    </section>
  )
}
