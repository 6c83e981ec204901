// Casting a vote from anywhere: held for five seconds, sent once, every answer on the screen made fresh.
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { newKey } from '../../api/client'
import { asError } from '../../api/error'
import { vote } from '../../api/request'
import type { AccessRequest, NewThing } from '../../api/types'
import { toast } from '../../components/toast'
import { askVerb, firstName, forOther, subjectOf } from '../names'
import { useTitle } from '../titles'
import { hold } from '../undo'

export interface Choice {
  vote: 'approve' | 'deny'
  comment?: string
  /** Approve for shorter than asked. */
  duration?: string
  /** Approve something new as edited. */
  edited?: NewThing
  /** An admin saw how many grants it shortens. */
  accept?: boolean
}

/** fresh makes everything old that a decision changes, and waits until what is on the screen was read again. */
export function fresh(client: QueryClient, id: string): Promise<unknown> {
  return Promise.all(
    [['request', id], ['inbox'], ['requests'], ['me'], ['access'], ['tasks'], ['grants'], ['grant']].map(
      (queryKey) => client.invalidateQueries({ queryKey }),
    ),
  )
}

/** useCast returns a function that holds one vote, or the same vote on several requests. */
export function useCast(): (requests: readonly AccessRequest[], choice: Choice) => void {
  const client = useQueryClient()
  const title = useTitle()
  return (requests, choice) => {
    const [first] = requests
    if (!first) return
    const verb = choice.vote === 'approve' ? 'Approving' : 'Denying'
    const who = firstName(forOther(first) ? first.beneficiary.name : first.requester.name)
    hold({
      about: requests.map((r) => r.id),
      saying:
        requests.length === 1
          ? `${verb} ${who} for ${title(subjectOf(first))}`
          : `${verb} ${requests.length} requests`,
      send: async () => {
        const results = await Promise.allSettled(
          requests.map((r) =>
            vote(
              r.id,
              {
                vote: choice.vote,
                comment: choice.comment || undefined,
                duration: choice.duration,
                edited: choice.edited,
                accept: choice.accept,
                version: r.version,
              },
              newKey(),
            ),
          ),
        )
        const refused = results.flatMap((r, i) =>
          r.status === 'rejected' ? [{ at: i, error: asError(r.reason) }] : [],
        )
        for (const { at, error } of refused.slice(0, 3)) {
          const r = requests[at]
          const what = r ? `${r.requester.name} ${askVerb(r)} ${title(subjectOf(r))}` : ''
          toast(`Not counted: ${what}. ${error.message} ${error.hint}`.trim(), { tone: 'bad' })
        }
        if (refused.length > 3) toast(`${refused.length - 3} more were not counted.`, { tone: 'bad' })
      },
      settled: () => Promise.all(requests.map((r) => fresh(client, r.id))),
    })
  }
}
