import { Link } from '@tanstack/react-router'
import { Table2 } from 'lucide-react'
import { buttonClass } from '../../components/Button'

/** TableLink leads from what happened to the same history as rows of access, to filter and export. */
export function TableLink({ filter }: { filter: Record<string, string> }) {
  return (
    <div className="mb-3 flex justify-end">
      <Link to="/history" search={filter} className={buttonClass('secondary', 'sm')}>
        <Table2 aria-hidden className="size-3.5" /> Who had what, as a table
      </Link>
    </div>
  )
}
