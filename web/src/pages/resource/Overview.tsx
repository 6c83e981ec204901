import { useQuery } from '@tanstack/react-query'
import { constraintsQuery } from '../../api/catalogue'
import { asError, sentence } from '../../api/error'
import { previewQuery } from '../../api/request'
import { resourceQuery } from '../../api/resource'
import type { Resource } from '../../api/types'
import { Avatar } from '../../components/Avatar'
import { Badge } from '../../components/Badge'
import { Card } from '../../components/Card'
import { Facts } from '../../components/Facts'
import { later } from '../../components/later'
import { allowed } from '../../components/lengths'
import { Skeleton } from '../../components/Skeleton'
import { iso, lengthWords, roughly, seconds } from '../../components/time'
import { StageWords } from '../../modules/ask/StageWords'
import { fulfilmentWords } from '../../modules/catalogue/words'
import { flowWords } from '../../modules/flow/flow'
import { useMe } from '../../modules/me'
import { kindWords, PersonLink, ResourceLink } from '../../modules/names'

const Asked = later<{ fields: NonNullable<Resource['form']['fields']> }>(() =>
  import('./Asked').then((m) => m.Asked),
)
const Inside = later<{ resource: Resource }>(() => import('./Inside').then((m) => m.Inside))

/** Overview says what a resource is, who decides about it, and what limits it. */
export function Overview({ resource: r }: { resource: Resource }) {
  const me = useMe()
  const preview = useQuery({
    ...previewQuery({ resource: r.slug, ...(r.kind === 'work_order' ? {} : { duration: firstPreset(r) }) }),
    enabled: r.managed && !r.deleted_at,
    placeholderData: undefined,
    retry: false,
  })
  const constraints = useQuery({
    ...constraintsQuery(r.slug),
    enabled: r.kind !== 'work_order' && !r.deleted_at,
    retry: false,
  })
  const doers = /^group:([^ ]+)$/.exec(r.fulfilment.assignee ?? '')?.[1]
  const group = useQuery({ ...resourceQuery(doers ?? ''), enabled: !!doers, retry: false }).data
  const limits = constraints.data?.limits ?? []
  const ours = limits.filter((l) => l.relation !== 'owner')
  const may = allowed(
    r.durations,
    Math.min(...ours.map((l) => seconds(l.longest ?? '') ?? Number.POSITIVE_INFINITY)),
  )
  const stages = preview.data?.stages ?? []
  // Where nobody is left to decide, since nobody decides for themselves and no admin stands in, the server says so.
  const nobody = preview.data?.problems?.find((p) => p.location === 'domain.11')
  const fields = r.form?.fields ?? []
  return (
    <div className="grid items-start gap-4 md:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="grid min-w-0 gap-4">
        <Card title="What it lets you do">
          {r.description ? (
            <p className="whitespace-pre-line [overflow-wrap:anywhere]">{r.description}</p>
          ) : (
            <p className="text-muted">
              {r.deleted_at
                ? 'Nobody described it.'
                : 'Nobody has described it yet. Its owners can, under Settings.'}
            </p>
          )}
        </Card>
        {!r.deleted_at && (
          <Card title="Who decides">
            {!r.managed ? (
              <p>The directory’s own rules decide who has it. It cannot be requested or ended here.</p>
            ) : preview.isPending ? (
              <Skeleton className="h-10" />
            ) : preview.data ? (
              <>
                {stages.length === 0 ? (
                  <p>Nobody needs to: a request is approved at once.</p>
                ) : (
                  <ol className="grid gap-2">
                    {stages.map((s, i) => (
                      <li key={s.id || s.name + String(i)} className="flex gap-3">
                        <span
                          aria-hidden
                          className="grid size-6 shrink-0 place-items-center rounded-full bg-accent-soft font-semibold text-accent-text text-xs"
                        >
                          {i + 1}
                        </span>
                        <span className="min-w-0 pt-px">
                          <StageWords stage={s} me={me?.user.id} />
                        </span>
                      </li>
                    ))}
                  </ol>
                )}
                {nobody && <p className="mt-2">{sentence(nobody.message)}</p>}
                <p className="mt-3 text-[0.8125rem] text-muted">
                  Worked out for you.
                  {preview.data.typical_decision &&
                    ` Usually decided within ${roughly(preview.data.typical_decision)}.`}
                </p>
              </>
            ) : (
              <>
                <p>{flowWords(r.flow)}</p>
                <p className="mt-2 text-[0.8125rem] text-muted">{asError(preview.error).detail}</p>
              </>
            )}
          </Card>
        )}
        {r.kind !== 'work_order' && !r.deleted_at && (
          <Card title="How long">
            {r.managed ? (
              <Facts
                rows={[
                  ['Offered', may.presets.map(lengthWords).join(', ')],
                  ['At most', Number.isFinite(may.max) ? lengthWords(iso(may.max)) : 'ten years'],
                  ['Without end', may.noEnd && !ours.some((l) => l.must_end) ? 'Allowed' : 'Not allowed'],
                ]}
              />
            ) : (
              <p>As long as the directory says. Owners are made here, and what is demanded of them holds.</p>
            )}
            {limits.length > 0 && (
              <ul className="mt-3 grid gap-1.5 border-line border-t pt-3">
                {limits.map((l) => (
                  <li key={l.key + l.from}>
                    {l.words}
                    {l.from && <span className="text-muted"> · from {l.from}</span>}
                  </li>
                ))}
              </ul>
            )}
          </Card>
        )}
        {fields.length > 0 && <Asked fields={fields} />}
        {r.kind === 'app' && !r.deleted_at && <Inside resource={r} />}
      </div>
      <aside className="grid min-w-0 gap-4" aria-label="About it">
        {!r.deleted_at && (
          <Card title="Owners">
            {(r.owners ?? []).length === 0 ? (
              <p className="text-muted">
                {r.app ? (
                  <>
                    Nobody in particular: the owners of <ResourceLink resource={r.app} /> answer for it.
                  </>
                ) : (
                  'Nobody: the admins answer for it.'
                )}
              </p>
            ) : (
              <ul className="grid gap-2.5">
                {(r.owners ?? []).map((o) => (
                  <li key={o.id} className="flex items-center gap-2.5">
                    <Avatar name={o.name} />
                    <PersonLink user={o} />
                  </li>
                ))}
              </ul>
            )}
          </Card>
        )}
        <Card title="About it">
          <Facts
            rows={[
              ['Kind', kindWords[r.kind]],
              r.app && ['App', <ResourceLink key="app" resource={r.app} />],
              [
                'Slug',
                <code key="slug" className="font-mono text-[0.8125rem]">
                  {r.slug}
                </code>,
              ],
              [
                r.kind === 'work_order' ? 'Done' : 'Given',
                fulfilmentWords(r.fulfilment, group && `the group ${group.name}`),
              ],
              r.revocation && ['Taken away', fulfilmentWords(r.revocation)],
              r.physical && ['A thing', 'Handed over, and returned at the end'],
              [
                'For',
                r.audience ? (
                  <>
                    Group <ResourceLink resource={r.audience} />
                  </>
                ) : (
                  'Everyone'
                ),
              ],
              (r.tags ?? []).length > 0 && [
                'Tags',
                <span key="tags" className="flex flex-wrap gap-1">
                  {r.tags?.map((t) => (
                    <Badge key={t}>{t}</Badge>
                  ))}
                </span>,
              ],
              r.source ? ['Kept by', r.source] : false,
            ]}
          />
        </Card>
      </aside>
    </div>
  )
}

const firstPreset = (r: Resource) =>
  r.durations?.default ?? r.durations?.presets?.[0] ?? r.durations?.max ?? 'P7D'
