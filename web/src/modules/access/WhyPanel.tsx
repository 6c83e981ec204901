import { Link } from '@tanstack/react-router'
import { ArrowRight, Briefcase, KeyRound, UserRound } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Access, Path, ResourceRef, UserRef } from '../../api/types'
import { Button } from '../../components/Button'
import { Drawer } from '../../components/Drawer'
import { RelativeTime } from '../../components/RelativeTime'
import { Status } from '../../components/Status'
import { date } from '../../components/time'
import { firstName, relationWords } from '../names'
import { personPath, requestPath, resourcePath } from '../paths'
import { useTitle } from '../titles'
import { originWords } from './words'

/** WhyPanel answers "why do I have this": every path on its own, with what ends it. */
export function WhyPanel({
  access,
  user,
  mine,
  onClose,
  onEnd,
}: {
  access: Access | null
  /** Who holds it. */
  user?: UserRef
  mine?: boolean
  onClose: () => void
  /** Given when the person may end paths. */
  onEnd?: (path: Path) => void
}) {
  const name = useTitle()
  const paths = access?.paths ?? []
  const who = mine ? 'you have' : `${firstName(user?.name ?? 'this person')} has`
  return (
    <Drawer
      open={access !== null}
      onClose={onClose}
      title={access ? `Why ${who} ${name(access.resource)}` : ''}
      description={
        access
          ? `${relationWords[access.relation]} · ${paths.length === 1 ? 'one reason' : `${paths.length} reasons`}${paths.length > 1 ? ': it stays while any of them holds' : ''}`
          : undefined
      }
    >
      {access && (
        <ol className="grid gap-3" aria-label="Reasons">
          {paths.map((p) => (
            <li
              key={p.grant_id + (p.membership_grant_id ?? '')}
              className="grid gap-3 rounded-lg border border-line bg-surface p-4"
            >
              <div className="flex items-start justify-between gap-2">
                <h3 className="font-medium">
                  {p.via === 'role' ? `By the role ${p.role?.name ?? ''}` : originTitle(p)}
                </h3>
                {p.state && <Status state={p.state} />}
              </div>
              <Chain path={p} user={user} mine={mine} resource={access.resource} />
              {p.reason && (
                <blockquote className="rounded-md bg-sunken px-3 py-2 text-[0.875rem]">{p.reason}</blockquote>
              )}
              <p className="text-[0.8125rem] text-muted">
                Since {date(p.starts_at)}
                {p.ends_at ? (
                  <>
                    {' · ends '}
                    <RelativeTime at={p.ends_at} />
                  </>
                ) : (
                  ' · no end'
                )}
                {p.request_id && (
                  <>
                    {' · '}
                    <Link
                      to={requestPath({ id: p.request_id })}
                      className="underline underline-offset-2 hover:text-ink"
                    >
                      the request
                    </Link>
                  </>
                )}
              </p>
              {onEnd && (
                <div>
                  <Button look="danger-quiet" size="sm" className="-ml-2.5" onClick={() => onEnd(p)}>
                    {p.via === 'role' ? `End the membership in ${p.role?.name ?? 'the role'}` : 'End this'}
                  </Button>
                </div>
              )}
            </li>
          ))}
        </ol>
      )}
    </Drawer>
  )
}

const originTitle = (p: Path) =>
  p.origin === 'given' ? (p.request_id ? 'By a request' : 'Added directly') : originWords(p.origin)

/** Chain draws person → role → resource, each a link. */
function Chain({
  path,
  user,
  mine,
  resource,
}: {
  path: Path
  user?: UserRef
  mine?: boolean
  resource: ResourceRef
}) {
  const title = useTitle()
  return (
    <p className="flex flex-wrap items-center gap-x-1.5 gap-y-1.5 text-[0.875rem]">
      <Node icon={<UserRound aria-hidden />} to={user ? personPath(user) : '/people/me'}>
        {mine ? 'You' : (user?.name ?? 'Person')}
      </Node>
      <Arrow />
      {path.via === 'role' && path.role && (
        <>
          <Node icon={<Briefcase aria-hidden />} to={resourcePath(path.role)}>
            {path.role.name}
          </Node>
          <Arrow />
        </>
      )}
      <Node icon={<KeyRound aria-hidden />} to={resourcePath(resource)}>
        {title(resource)}
      </Node>
    </p>
  )
}
const Arrow = () => <ArrowRight role="img" aria-label="gives" className="size-3.5 text-muted" />
function Node({ icon, to, children }: { icon: ReactNode; to: string; children: ReactNode }) {
  return (
    <Link
      to={to}
      className="inline-flex min-h-7 items-center gap-1.5 rounded-md border border-line bg-raised px-2 font-medium hover:bg-hover [&>svg]:size-3.5 [&>svg]:text-muted"
    >
      {icon}
      {children}
    </Link>
  )
}
