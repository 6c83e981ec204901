import { Link } from '@tanstack/react-router'
import type { Creation, Thing } from '../../api/types'
import { Facts } from '../../components/Facts'
import { RelativeTime } from '../../components/RelativeTime'
import { Status } from '../../components/Status'
import { lengthWords } from '../../components/time'
import { kindWords, names, PersonLink, ResourceLink } from '../names'
import { requestPath } from '../paths'

const fieldWords: Record<string, string> = {
  name: 'Name',
  slug: 'Short name',
  description: 'What it is for',
  audience: 'Who may find it',
  owners: 'Owners',
  members: 'Members',
  members_for: 'They have it for',
  tags: 'Tags',
  entitlements: 'What is in it',
  gives: 'What it gives',
}

/** empty is how a field without a value is said. */
const empty = (field: string) => (field === 'audience' ? 'everyone' : 'nothing')

/** CreationGlance is what would be made, in a line or two, for a card. */
export function CreationGlance({ thing: t }: { thing: Thing }) {
  const parts = [
    t.description,
    t.audience && `only for ${t.audience.name}`,
    (t.owners ?? []).length > 0 && `owned by ${names(t.owners ?? [], undefined, 3, 'and')}`,
    (t.members ?? []).length > 0 && `for ${names(t.members ?? [], undefined, 3, 'and')}`,
    (t.entitlements ?? []).length > 0 && `with ${(t.entitlements ?? []).map((e) => e.name).join(', ')}`,
    (t.gives ?? []).length > 0 && `gives ${(t.gives ?? []).map((g) => g.resource.name).join(', ')}`,
    (t.tags ?? []).length > 0 && `tagged ${(t.tags ?? []).join(', ')}`,
  ].filter(Boolean)
  if (parts.length === 0) return null
  return <p className="mt-1.5 text-[0.875rem] text-muted [overflow-wrap:anywhere]">{parts.join(' · ')}</p>
}

/** CreationView shows what was asked for, beside it what was decided where an approver edited it, and what was made. */
export function CreationView({ creation: c }: { creation: Creation }) {
  const changes = c.changes ?? []
  const filed = c.filed ?? []
  return (
    <div className="grid gap-4">
      <ThingFacts thing={c.asked} without={changes.map((ch) => ch.field)} />
      {c.decided && (
        <div className="grid gap-2">
          {c.edited_by && (
            <p className="text-[0.875rem] text-muted">
              Edited by <PersonLink user={c.edited_by} />
              {c.edited_at && <RelativeTime at={c.edited_at} before=" " />}
            </p>
          )}
          <div className="overflow-x-auto">
            <table aria-label="What was changed" className="w-full text-left text-[0.875rem]">
              <thead>
                <tr className="border-line border-b text-muted">
                  <th scope="col" className="py-1.5 pr-4 font-medium">
                    Field
                  </th>
                  <th scope="col" className="py-1.5 pr-4 font-medium">
                    Asked
                  </th>
                  <th scope="col" className="py-1.5 font-medium">
                    Decided
                  </th>
                </tr>
              </thead>
              <tbody>
                {changes.map((ch) => (
                  <tr key={ch.field} className="border-line border-b align-top last:border-0">
                    <th scope="row" className="py-1.5 pr-4 font-normal text-muted">
                      {fieldWords[ch.field] ?? ch.field}
                    </th>
                    <td className="py-1.5 pr-4 [overflow-wrap:anywhere]">{ch.before || empty(ch.field)}</td>
                    <td className="py-1.5 font-medium [overflow-wrap:anywhere]">
                      {ch.after || empty(ch.field)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </div>
      )}
      {c.made && (
        <p>
          Made: <ResourceLink resource={c.made} />
        </p>
      )}
      {filed.length > 0 && (
        <div>
          <h3 className="mb-1 font-medium text-[0.8125rem] text-muted">Asked of others, for the new role</h3>
          <ul className="grid gap-1">
            {filed.map((f) => (
              <li key={f.id} className="flex flex-wrap items-center gap-2">
                <Link to={requestPath(f)} className="touch rounded underline underline-offset-2">
                  {f.resource.name}
                </Link>
                <Status state={f.state} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}

/** ThingFacts is a form as names and values. */
export function ThingFacts({ thing: t, without = [] }: { thing: Thing; without?: readonly string[] }) {
  const people = (list: Thing['owners']) =>
    list && list.length > 0 ? (
      <ul className="flex flex-wrap gap-x-3">
        {list.map((u) => (
          <li key={u.id}>
            <PersonLink user={u} />
          </li>
        ))}
      </ul>
    ) : undefined
  const row = (field: string, value: React.ReactNode) =>
    without.includes(field) || value === false ? undefined : ([fieldWords[field] ?? field, value] as const)
  const gives = t.gives ?? []
  return (
    <Facts
      rows={[
        [
          'Kind',
          t.app ? (
            <>
              {kindWords[t.kind]} in <ResourceLink resource={t.app} />
            </>
          ) : (
            kindWords[t.kind]
          ),
        ],
        row('name', t.name),
        row('slug', <span className="font-mono text-[0.8125rem]">{t.slug}</span>),
        row('description', t.description),
        row(
          'audience',
          t.audience ? (
            <>
              Only <ResourceLink resource={t.audience} />
            </>
          ) : (
            'Everyone'
          ),
        ),
        row('owners', people(t.owners)),
        row('members', people(t.members)),
        row('members_for', t.members_for && lengthWords(t.members_for)),
        row('tags', (t.tags ?? []).join(', ')),
        row('entitlements', (t.entitlements ?? []).map((e) => e.name).join(', ')),
        row(
          'gives',
          (gives.length > 0 || (t.hidden ?? 0) > 0) && (
            <ul className="grid gap-1">
              {gives.map((g) => (
                <li key={g.resource.id + g.relation}>
                  <ResourceLink resource={g.resource} />
                  <span className="text-muted">
                    {g.relation === 'owner' && ' · owner'}
                    {g.duration && ` · ${lengthWords(g.duration)}`}
                  </span>
                </li>
              ))}
              {(t.hidden ?? 0) > 0 && (
                <li className="text-muted">
                  {t.hidden} more {t.hidden === 1 ? 'thing that is' : 'things that are'} for others only
                </li>
              )}
            </ul>
          ),
        ),
      ]}
    />
  )
}
