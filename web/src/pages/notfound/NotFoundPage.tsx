import { Link } from '@tanstack/react-router'
import { FileQuestion } from 'lucide-react'
import { buttonClass } from '../../components/Button'
import { EmptyState } from '../../components/EmptyState'
import { PageFrame } from '../../components/PageFrame'

export function NotFoundPage() {
  return (
    <PageFrame title="There is no such page" width="narrow">
      <EmptyState
        kind="filtered"
        icon={FileQuestion}
        title="Nothing lives at this address"
        action={
          <Link to="/" className={buttonClass('primary')}>
            Go home
          </Link>
        }
      >
        The link may be mistyped or old. Requests, people and resources keep their addresses for ever.
      </EmptyState>
    </PageFrame>
  )
}
