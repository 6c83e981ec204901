import { Link, useLocation, useNavigate } from '@tanstack/react-router'
import { Ellipsis } from 'lucide-react'
import type { Me } from '../../api/types'
import { Count } from '../../components/Count'
import { cx } from '../../components/cx'
import { Menu } from '../../components/Menu'
import { isAt, type Place, shownPlaces } from './places'

/** BottomBar is how one moves on a phone: the places of every day, and the rest under More. */
export function BottomBar({ me }: { me: Me | undefined }) {
  const { pathname } = useLocation()
  const navigate = useNavigate()
  const all = shownPlaces(me)
  const more = all.filter((p) => !p.bar)
  const inMore = more.some((p) => isAt(p, pathname))
  return (
    <nav
      aria-label="Places"
      className="fixed inset-x-0 bottom-0 z-30 border-line border-t bg-canvas/95 pb-[env(safe-area-inset-bottom)] backdrop-blur md:hidden"
    >
      <ul className="grid auto-cols-fr grid-flow-col">
        {all
          .filter((p) => p.bar)
          .map((place) => (
            <li key={place.to}>
              <Link
                to={place.to}
                aria-current={isAt(place, pathname) ? 'page' : undefined}
                className={item(isAt(place, pathname))}
              >
                <Face place={place} me={me} />
              </Link>
            </li>
          ))}
        {more.length > 0 && (
          <li>
            <Menu
              className={cx(item(inMore), 'w-full')}
              face={
                <>
                  <Ellipsis aria-hidden className="size-5" />
                  More
                </>
              }
              items={more.map((place) => ({
                label: place.label,
                icon: <place.icon aria-hidden />,
                onSelect: () => void navigate({ to: place.to }),
              }))}
            />
          </li>
        )}
      </ul>
    </nav>
  )
}

const item = (at: boolean) =>
  cx(
    'relative flex min-h-14 flex-col items-center justify-center gap-0.5 font-medium text-[0.6875rem] outline-offset-[-3px]',
    at ? 'text-accent-text' : 'text-muted',
  )

function Face({ place, me }: { place: Place; me: Me | undefined }) {
  const count = me && place.count?.(me)
  return (
    <>
      <place.icon aria-hidden className="size-5" />
      {place.label}
      {count ? (
        <span className="absolute top-1 left-[calc(50%+0.35rem)]">
          <Count value={count} strong />
          <span className="sr-only"> waiting</span>
        </span>
      ) : null}
    </>
  )
}
