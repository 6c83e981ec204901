import type { ReactNode } from 'react'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { PageFrame } from '../../components/PageFrame'
import { useAsk } from '../ask/open'
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
  const ask = useAsk()
  const place = adminPlaces.find((p) => p.to === to)
  const allowed = !rights.known || !place || place.may(rights)
  return (
    <PageFrame title={title} sub={sub} actions={allowed ? actions : undefined}>
      <AdminLinks beside={false} />
      {allowed ? (
        children
      ) : (
        <Card>
          <EmptyState
            kind="forbidden"
            title={`This needs “${place?.who}”`}
            action={
              place && (
                <Button onClick={() => ask({ resource: rightOf(place.who) })}>Request “{place.who}”</Button>
              )
            }
          >
            It is access in the app Sallyport, and can be requested like anything else.
          </EmptyState>
        </Card>
      )}
    </PageFrame>
  )
}

/** rightOf is where in the catalogue a built-in right is: "Catalogue manager" is sallyport.catalogue-manager. */
const rightOf = (who: string) => `sallyport.${who.toLowerCase().replaceAll(' ', '-')}`
