import { Link } from '@tanstack/react-router'
import { ArrowRight } from 'lucide-react'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { PageFrame } from '../../components/PageFrame'
import { adminPlaces } from '../../modules/admin/places'
import { useRights } from '../../modules/rights'

export function AdminPage() {
  const rights = useRights()
  const shown = adminPlaces.filter((p) => p.may(rights))
  return (
    <PageFrame title="Admin" sub="How Sallyport is set up, and what it recorded." width="middle">
      {rights.known && shown.length === 0 ? (
        <Card>
          <EmptyState kind="forbidden" title="This is for admins, auditors and catalogue managers">
            These are entitlements of the app Sallyport, and can be requested like anything else.
          </EmptyState>
        </Card>
      ) : (
        <ul className="grid gap-3 sm:grid-cols-2">
          {shown.map((p) => (
            <li key={p.to}>
              <Link
                to={p.to}
                className="group flex h-full items-start gap-4 rounded-lg border border-line bg-surface p-5 shadow-card hover:border-edge"
              >
                <span className="grid size-10 shrink-0 place-items-center rounded-lg bg-accent-soft text-accent-text">
                  <p.icon aria-hidden className="size-5" />
                </span>
                <span className="min-w-0 flex-1">
                  <span className="block font-semibold">{p.label}</span>
                  <span className="mt-0.5 block text-[0.875rem] text-muted">{p.text}</span>
                </span>
                <ArrowRight
                  aria-hidden
                  className="mt-1 size-4 shrink-0 text-muted transition-transform group-hover:translate-x-0.5"
                />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </PageFrame>
  )
}
