// The columns of a table of access that say how and until when, for a person's and for a thing's.
import type { Access } from '../../api/types'
import type { Column } from '../../components/Table'
import { Ends, StateLine } from './Ends'
import { givenBy } from './words'

/** pathColumns are by whom or what it was given, which opens the reasons, its state and its end. */
export const pathColumns = (
  onWhy: (a: Access) => void,
  /** What the press tells, to those who do not see the row. */
  why: (a: Access) => string,
): Column<Access>[] => [
  {
    key: 'by',
    header: 'Given by',
    cell: (a) => (
      <button
        type="button"
        className="touch rounded text-left underline decoration-edge underline-offset-3 hover:decoration-ink"
        onClick={() => onWhy(a)}
      >
        {givenBy(a.paths)}
        <span className="sr-only">: {why(a)}</span>
      </button>
    ),
  },
  { key: 'state', header: 'State', cell: (a) => <StateLine state={a.state} /> },
  { key: 'ends', header: 'Ends', cell: (a) => <Ends at={a.ends_at} never={!a.ends_at} /> },
]
