import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { endGrant, grantQuery } from '../../api/grant'
import type { Grant } from '../../api/types'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { RelativeTime } from '../../components/RelativeTime'
import { Status } from '../../components/Status'
import { toast } from '../../components/toast'
import { useAsk } from '../../modules/ask/open'
import { fresh } from '../../modules/decision/cast'
import { relationWords, subjectRef } from '../../modules/names'
import { useTitle } from '../../modules/titles'

const Confirm = lazy(() => import('../../components/Confirm').then((m) => ({ default: m.Confirm })))

/** GrantCard is what became of an approved request: the access itself, and what can be done with it. */
export function GrantCard({ grant: given }: { grant: Grant }) {
  const client = useQueryClient()
  // The request's own copy does not say what the reader may do with it.
  const grant = useQuery(grantQuery(given.id)).data ?? given
  const ask = useAsk()
  const title = useTitle()
  const [ending, setEnding] = useState(false)
  return (
    <Card title="The access" action={<Status state={grant.state} />}>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1.5">
        <dt className="text-muted">Who</dt>
        <dd>{grant.subject.name}</dd>
        <dt className="text-muted">Level</dt>
        <dd>{relationWords[grant.relation]}</dd>
        {grant.activated_at && (
          <>
            <dt className="text-muted">Since</dt>
            <dd>
              <RelativeTime at={grant.activated_at} />
            </dd>
          </>
        )}
        <dt className="text-muted">{grant.ended_at ? 'Ended' : 'Ends'}</dt>
        <dd>
          {grant.ended_at ? (
            <RelativeTime at={grant.ended_at} />
          ) : grant.no_end ? (
            'Never by itself'
          ) : grant.ends_at ? (
            <RelativeTime at={grant.ends_at} />
          ) : (
            'Counts from when it is granted'
          )}
        </dd>
      </dl>
      {(grant.may_extend || grant.may_end) && !grant.ended_at && (
        <div className="mt-4 flex flex-wrap gap-2">
          {grant.may_extend && !grant.no_end && (
            <Button
              onClick={() =>
                ask({
                  resource: grant.resource.slug,
                  relation: grant.relation,
                  beneficiary: subjectRef(grant.subject),
                  extend: true,
                })
              }
            >
              Renew
            </Button>
          )}
          {grant.may_end && (
            <Button look="danger-quiet" onClick={() => setEnding(true)}>
              End access
            </Button>
          )}
        </div>
      )}
      <Suspense fallback={null}>
        {ending && (
          <Confirm
            open
            danger
            onClose={() => setEnding(false)}
            title={`End ${grant.subject.name}’s access to ${title(grant.resource)}?`}
            action="End access"
            reason={{ label: 'Why?', help: 'It is kept in the history.' }}
            onConfirm={async (reason) => {
              await endGrant(grant.id, reason)
              await fresh(client, grant.request_id ?? '')
              toast('Access ended.', { tone: 'good' })
            }}
          >
            It ends now. What another grant gives stays.
          </Confirm>
        )}
      </Suspense>
    </Card>
  )
}
