import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useId } from 'react'
import { compareQuery } from '../../api/roles'
import { reportsQuery } from '../../api/user'
import { Button } from '../../components/Button'
import { ResourceIcon } from '../../components/ResourceIcon'
import { Skeleton } from '../../components/Skeleton'
import { useAsk } from '../../modules/ask/open'
import { useMe } from '../../modules/me'
import { ResourceLink } from '../../modules/names'
import { recommend, type Standing } from './search'

/** The team is read up to this many people: enough to see what is common. */
const teamSize = 8

/**
 * Recommended is what one's team has and oneself has not. Its place is kept while the team is read, and stays where there
 * is a team, so that the list below never moves.
 */
export function Recommended({ stand, ready }: { stand: Standing; ready: boolean }) {
  const me = useMe()
  const ask = useAsk()
  const heading = useId()
  const manager = me?.user.manager?.login
  const team = useQuery({ ...reportsQuery(manager ?? ''), enabled: !!manager })
  const mates = (team.data?.items ?? []).filter((u) => u.id !== me?.user.id).slice(0, teamSize)
  const shared = useQuery({
    ...compareQuery(mates.map((u) => u.login)),
    enabled: mates.length > 1,
    staleTime: 5 * 60_000,
    retry: false,
  })
  // Nobody to learn from: known at once, or after the first answer.
  if (me && (!manager || team.isError || shared.isError || (team.data && mates.length < 2))) return null
  const found = shared.data && ready ? recommend(shared.data.items ?? [], mates.length, stand) : undefined
  return (
    <section aria-labelledby={heading} className="mb-5">
      <h2 id={heading} className="mb-2 font-semibold">
        Recommended for you <span className="font-normal text-muted">· your team has it and you do not</span>
      </h2>
      {found?.length === 0 ? (
        <p className="grid min-h-17.5 content-center rounded-lg border border-line border-dashed px-4 text-muted">
          You have what most of your team has.
        </p>
      ) : (
        <ul className="-mx-4 flex gap-3 overflow-x-auto px-4 [scrollbar-width:none] *:min-w-64 *:flex-1 md:mx-0 md:px-0">
          {found
            ? found.map((s) => (
                <li
                  key={s.resource.id}
                  className="flex min-h-17.5 items-center gap-3 rounded-lg border border-line bg-surface p-3.5 shadow-card"
                >
                  <ResourceIcon kind={s.resource.kind} name={s.resource.name} slug={s.resource.slug} />
                  <div className="min-w-0 flex-1">
                    <p className="truncate" title={s.resource.name}>
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
              ))
            : [1, 2, 3, 4].map((n) => (
                <li key={n}>
                  <Skeleton className="h-17.5" />
                </li>
              ))}
        </ul>
      )}
    </section>
  )
}
