import { Link, useLocation } from '@tanstack/react-router'
import { cx } from '../../components/cx'
import { useRights } from '../rights'
import { adminPlaces } from './places'

/** showCurrent brings the present place into sight where the places are wider than the window. */
function showCurrent(nav: HTMLElement | null) {
  const at = nav?.querySelector<HTMLElement>('[aria-current]')
  if (nav && at) nav.scrollLeft = at.offsetLeft - (nav.clientWidth - at.offsetWidth) / 2
}

/** AdminLinks is the places of the administration that one may use: below it in the side bar, or a strip on a phone. */
export function AdminLinks({ beside }: { beside: boolean }) {
  const rights = useRights()
  const { pathname } = useLocation()
  return (
    <nav
      aria-label="Administration"
      className={beside ? undefined : '-mx-4 mb-5 overflow-x-auto px-4 [scrollbar-width:none] md:hidden'}
      ref={!beside && rights.known ? showCurrent : undefined}
    >
      <ul className={beside ? 'my-1 ml-4.5 grid gap-px border-line border-l pl-2.5' : 'flex gap-1'}>
        {adminPlaces
          .filter((p) => p.may(rights))
          .map((p) => {
            const at = pathname === p.to || pathname.startsWith(`${p.to}/`)
            return (
              <li key={p.to}>
                <Link
                  to={p.to}
                  aria-current={at ? 'page' : undefined}
                  className={cx(
                    'flex min-h-8 items-center gap-2 rounded-md px-2.5 text-[0.875rem]',
                    !beside && 'touch whitespace-nowrap font-medium outline-offset-[-2px]',
                    at
                      ? 'bg-accent-soft font-medium text-accent-text'
                      : 'text-muted hover:bg-hover hover:text-ink',
                  )}
                >
                  {!beside && <p.icon aria-hidden className="size-4" />}
                  {p.label}
                </Link>
              </li>
            )
          })}
      </ul>
    </nav>
  )
}
