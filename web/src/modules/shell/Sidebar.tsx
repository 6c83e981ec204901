import { Link, useLocation } from '@tanstack/react-router'
import type { Me } from '../../api/types'
import { Count } from '../../components/Count'
import { cx } from '../../components/cx'
import { later } from '../../components/later'
import { Logo } from './Logo'
import { isAdministration, isAt, shownPlaces } from './places'

const AdminLinks = later<{ beside: boolean }>(() => import('../admin/AdminLinks').then((m) => m.AdminLinks))

export function Sidebar({ me }: { me: Me | undefined }) {
  const { pathname } = useLocation()
  return (
    <aside className="sticky top-0 hidden h-dvh flex-col border-line border-r md:flex">
      <Link to="/" className="flex h-14 items-center gap-2.5 px-5 font-semibold tracking-tight">
        <Logo className="size-6" />
        Sallyport
      </Link>
      <nav aria-label="Places" className="flex-1 overflow-y-auto px-3 pt-1 pb-4">
        <ul className="grid gap-0.5">
          {shownPlaces(me).map((place) => {
            const within = place.to === '/admin' && isAdministration(pathname)
            const at = isAt(place, pathname) || within
            const count = me && place.count?.(me)
            return (
              <li key={place.to}>
                <Link
                  to={place.to}
                  aria-current={at && (!within || pathname === place.to) ? 'page' : undefined}
                  className={cx(
                    'flex min-h-9 items-center gap-2.5 rounded-md px-2.5 font-medium',
                    at && (!within || pathname === place.to)
                      ? 'bg-accent-soft text-accent-text'
                      : cx('hover:bg-hover hover:text-ink', at ? 'text-ink' : 'text-muted'),
                  )}
                >
                  <place.icon aria-hidden className="size-4.5" />
                  <span className="flex-1">{place.label}</span>
                  {count ? (
                    <>
                      <span aria-hidden className="flex">
                        <Count value={count} strong />
                      </span>
                      <span className="sr-only">, {count} waiting</span>
                    </>
                  ) : null}
                </Link>
                {within && <AdminLinks beside />}
              </li>
            )
          })}
        </ul>
      </nav>
    </aside>
  )
}
