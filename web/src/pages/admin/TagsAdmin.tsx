import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CirclePause, Plus, TagIcon } from 'lucide-react'
import { useState } from 'react'
import { deleteTag, taggedQuery, tagsQuery, useConstraints } from '../../api/tag'
import type { Tag } from '../../api/types'
import { Badge } from '../../components/Badge'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { SearchInput } from '../../components/Input'
import { Confirm } from '../../components/LaterConfirm'
import { SkeletonRows } from '../../components/Skeleton'
import { toast } from '../../components/toast'
import { AdminFrame } from '../../modules/admin/AdminFrame'
import { useRights } from '../../modules/rights'
import { demands } from '../../modules/tags/words'
import { TagDialog } from './TagDialog'

/** TagsAdmin lists tags with what each demands and where it is used. */
export function TagsAdmin() {
  const { data, error, isPending, refetch } = useQuery(tagsQuery())
  const [text, setText] = useState('')
  const [editing, setEditing] = useState<Tag | 'new' | null>(null)
  const all = data?.items ?? []
  const list = all.filter((t) =>
    `${t.name} ${t.description ?? ''}`.toLowerCase().includes(text.trim().toLowerCase()),
  )
  const add = (
    <Button look="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => setEditing('new')}>
      New tag
    </Button>
  )
  return (
    <AdminFrame
      to="/admin/tags"
      title="Tags"
      sub="Limits that hold wherever the tag is: asked for, given, renewed or imported. An app’s tags reach what is in it."
      actions={all.length > 0 ? add : undefined}
    >
      {isPending && <SkeletonRows rows={4} label="Loading tags" />}
      {!data && error && (
        <Card>
          <ErrorState error={error} onRetry={() => void refetch()} />
        </Card>
      )}
      {all.length > 5 && (
        <div className="mb-4">
          <SearchInput label="Filter tags" value={text} onChange={(e) => setText(e.target.value)} />
        </div>
      )}
      {data && list.length === 0 && (
        <Card>
          {all.length ? (
            <EmptyState
              kind="filtered"
              title="No tag matches"
              action={<Button onClick={() => setText('')}>Clear the filter</Button>}
            />
          ) : (
            <EmptyState kind="first" icon={TagIcon} title="There are no tags" action={add}>
              A tag says once what holds in many places: “Production: 30 days at most, with a reason”.
            </EmptyState>
          )}
        </Card>
      )}
      <ul className="grid gap-3" aria-label="Tags">
        {list.map((t) => (
          <TagCard key={t.id} tag={t} onEdit={() => setEditing(t)} />
        ))}
      </ul>
      {editing && (
        <TagDialog
          key={editing === 'new' ? 'new' : editing.id}
          tag={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(null)}
        />
      )}
    </AdminFrame>
  )
}

function TagCard({ tag: t, onEdit }: { tag: Tag; onEdit: () => void }) {
  const rights = useRights()
  const keys = useConstraints()
  const client = useQueryClient()
  const used = useQuery(taggedQuery(t.id)).data
  const [removing, setRemoving] = useState(false)
  const some = used?.items?.slice(0, 8) ?? []
  const more = (used?.total ?? some.length) - some.length
  return (
    <li>
      <Card
        title={
          <span className="flex flex-wrap items-center gap-2">
            {t.name}
            {!t.enabled && <Badge icon={<CirclePause aria-hidden />}>Not in force</Badge>}
          </span>
        }
        action={
          <span className="flex gap-2">
            <Button size="sm" onClick={onEdit} aria-label={`Change ${t.name}`}>
              Change
            </Button>
            {rights.admin && (
              <Button
                size="sm"
                look="danger-quiet"
                onClick={() => setRemoving(true)}
                aria-label={`Remove ${t.name}`}
              >
                Remove
              </Button>
            )}
          </span>
        }
      >
        <p>{demands(t.constraints, keys)}</p>
        {t.description && <p className="mt-1 text-muted">{t.description}</p>}
        <p className="mt-2 text-[0.875rem] text-muted">
          {!used ? (
            ' '
          ) : some.length === 0 ? (
            'On nothing yet. Put it on something in its settings.'
          ) : (
            <>
              On{' '}
              {some.map((r, i) => (
                <span key={r.id}>
                  {i > 0 && ', '}
                  <Link
                    to={`/catalogue/${r.slug}` as string}
                    className="text-accent-text underline-offset-2 hover:underline"
                  >
                    {r.app ? `${r.app.name} · ${r.name}` : r.name}
                  </Link>
                </span>
              ))}
              {more > 0 && ` and ${more} more`}
            </>
          )}
        </p>
        <Confirm
          open={removing}
          danger
          onClose={() => setRemoving(false)}
          title={`Remove the tag ${t.name}?`}
          action="Remove it"
          dismiss="Keep it"
          reason={{ label: 'Why', help: 'Kept in the audit log.' }}
          onConfirm={async (reason) => {
            await deleteTag(t.id, reason)
            for (const key of ['tags', 'resources', 'resource', 'constraints'])
              void client.invalidateQueries({ queryKey: [key] })
            toast(`${t.name} was removed.`, { tone: 'good' })
          }}
        >
          It comes off everything. What it shortened stays as short as it is.
        </Confirm>
      </Card>
    </li>
  )
}
