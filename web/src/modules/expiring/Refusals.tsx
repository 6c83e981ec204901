import type { Batch } from '../../api/types'
import { Disclosure } from '../../components/Disclosure'
import { useTitle } from '../titles'
import { itemName, itemWords } from './words'

/** Refusals lists the rows that a trial found refused and why, folded when they are many. */
export function Refusals({
  label,
  batch,
}: {
  label: string
  batch: Pick<Batch, 'refusals' | 'refusals_cut'>
}) {
  const title = useTitle()
  const items = batch.refusals ?? []
  const list = (
    <ul aria-label={label} className="grid gap-1.5 pt-1 text-[0.875rem]">
      {items.map((it) => (
        <li key={it.position} className="[overflow-wrap:anywhere]">
          {itemName(it, title)}
          <span className="block text-muted">{itemWords(it)}</span>
        </li>
      ))}
      {!!batch.refusals_cut && (
        <li className="text-muted">… and {batch.refusals_cut.toLocaleString('en')} more.</li>
      )}
    </ul>
  )
  return items.length > 5 ? <Disclosure title="Which, and why">{list}</Disclosure> : list
}
