import type { ReactNode } from 'react'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { PageFrame } from '../../components/PageFrame'
import { useRights } from '../rights'
import { AdminLinks } from './AdminLinks'
import { adminPlaces } from './places'

/** AdminFrame is a page of the administration, with its places in the side bar and, on a phone, above it; who may not use it is told who can give it. */
export function AdminFrame({
  to,
  title,
  sub,
  actions,
  children,
}: {
  to: string
  title: string
  sub?: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  const rights = useRights()
  const place = adminPlaces.find((p) => p.to === to)
  const allowed = !rights.known || !place || place.may(rights)
  return (
    <PageFrame title={title} sub={sub} actions={allowed ? actions : undefined}>
      <AdminLinks beside={false} />
      {allowed ? (
        children
      ) : (
        <Card>
          <EmptyState kind="forbidden" title={`This needs “${place?.who}”`}>
            It is an entitlement of the app Sallyport, and can be requested like anything else.
          </EmptyState>
        </Card>
      )}
    </PageFrame>
  )
}
