import { Link, useLocation } from '@tanstack/react-router'
import { cx } from '../../components/cx'
import { useRights } from '../rights'
import { adminPlaces } from './AdminFrame'

/** AdminNav is the places of the administration, below it in the side bar. */
export default function AdminNav() {
  const rights = useRights()
  const { pathname } = useLocation()
  return (
    <nav aria-label="Administration">
      <ul className="my-1 ml-4.5 grid gap-px border-line border-l pl-2.5">
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
                    'flex min-h-8 items-center rounded-md px-2.5 text-[0.875rem]',
                    at
                      ? 'bg-accent-soft font-medium text-accent-text'
                      : 'text-muted hover:bg-hover hover:text-ink',
                  )}
                >
                  {p.label}
                </Link>
              </li>
            )
          })}
      </ul>
    </nav>
  )
}
