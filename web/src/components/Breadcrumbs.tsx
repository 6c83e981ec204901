import { Link } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'

/** Breadcrumbs lead back up; the page itself is not among them. */
export function Breadcrumbs({ items }: { items: readonly { to: string; label: string }[] }) {
  return (
    <nav aria-label="Breadcrumbs" className="mb-2">
      <ol className="flex flex-wrap items-center gap-1 text-[0.8125rem] text-muted">
        {items.map((item, i) => (
          <li key={item.to} className="flex items-center gap-1">
            {i > 0 && <ChevronRight aria-hidden className="size-3.5" />}
            <Link to={item.to} className="rounded py-0.5 underline-offset-2 hover:text-ink hover:underline">
              {item.label}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  )
}
