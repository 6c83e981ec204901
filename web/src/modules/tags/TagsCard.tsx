import { useQuery, useQueryClient } from '@tanstack/react-query'
import { CirclePause, X } from 'lucide-react'
import { useState } from 'react'
import { cutsMany, message } from '../../api/error'
import { attachTag, detachTag, tagsQuery, useConstraints } from '../../api/tag'
import type { Resource } from '../../api/types'
import { Badge } from '../../components/Badge'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { Note } from '../../components/Note'
import { Select } from '../../components/Select'
import { toast } from '../../components/toast'
import { CountsGrants } from '../impact/CountsGrants'
import { Impact } from '../impact/Impact'
import { useRights } from '../rights'
import { demands } from './words'

/** TagsCard puts tags on a resource, and takes them off for admins. What a tag would shorten is said before it happens. */
export function TagsCard({ resource: r }: { resource: Resource }) {
  const client = useQueryClient()
  const rights = useRights()
  const all = useQuery(tagsQuery()).data?.items ?? []
  const keys = useConstraints()
  const [chosen, setChosen] = useState('')
  const [error, setError] = useState('')
  const [cuts, setCuts] = useState(false)
  const [busy, setBusy] = useState(false)
  const on = all.filter((t) => r.tags?.includes(t.name))
  const off = all.filter((t) => !r.tags?.includes(t.name))
  const tag = all.find((t) => t.id === chosen)
  const run = async (what: () => Promise<unknown>, done: string) => {
    setBusy(true)
    setError('')
    try {
      await what()
      for (const key of ['resource', 'resources', 'constraints', 'grants', 'preview', 'holders'])
        void client.invalidateQueries({ queryKey: [key] })
      setChosen('')
      setCuts(false)
      toast(done, { tone: 'good' })
    } catch (e) {
      setError(message(e))
      setCuts(cutsMany(e) && rights.admin)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Card title="Tags">
      <div className="grid gap-3">
        {error && (
          <Note tone={cuts ? 'warn' : 'bad'}>
            {error}
            {cuts && <CountsGrants />}
          </Note>
        )}
        {on.length === 0 && <p className="text-muted">No tag is on it{r.app ? ' itself' : ''}.</p>}
        <ul className="grid gap-2" aria-label="Tags on it">
          {on.map((t) => (
            <li key={t.id} className="flex items-start justify-between gap-3">
              <span className="min-w-0">
                <b className="font-medium">{t.name}</b>
                {!t.enabled && (
                  <Badge className="ml-2" icon={<CirclePause aria-hidden />}>
                    Not in force
                  </Badge>
                )}
                <span className="block text-[0.875rem] text-muted">{demands(t.constraints, keys)}</span>
              </span>
              {rights.admin && (
                <Button
                  size="sm"
                  look="quiet"
                  icon={<X aria-hidden className="size-3.5" />}
                  aria-label={`Take ${t.name} off`}
                  onClick={() => void run(() => detachTag(r.id, t.id), `${t.name} was taken off.`)}
                >
                  Take off
                </Button>
              )}
            </li>
          ))}
        </ul>
        {off.length > 0 && (
          <div className="flex flex-wrap gap-2">
            <Select
              aria-label="Tag to put on"
              className="min-w-52 flex-1"
              value={chosen}
              onChange={(e) => {
                setChosen(e.target.value)
                setCuts(false)
                setError('')
              }}
              choices={[
                { value: '', label: 'Choose a tag' },
                ...off.map((t) => ({ value: t.id, label: t.enabled ? t.name : `${t.name} (not in force)` })),
              ]}
            />
            <Button
              look={cuts ? 'danger' : 'secondary'}
              disabled={!tag}
              busy={busy}
              onClick={() =>
                tag && void run(() => attachTag(r.id, tag.id, cuts), `${tag.name} is on it now.`)
              }
            >
              {cuts ? 'Put it on and shorten them' : 'Put it on'}
            </Button>
          </div>
        )}
        {tag && (
          <>
            <p className="text-[0.875rem] text-muted">{demands(tag.constraints, keys)}</p>
            <section aria-label="What that changes now" className="rounded-md bg-sunken p-3">
              <Impact
                trial={{
                  method: 'put',
                  path: '/api/v1/resources/{id}/tags/{tag}',
                  params: { id: r.id, tag: tag.id },
                  body: { accept: rights.admin },
                }}
              />
            </section>
          </>
        )}
      </div>
    </Card>
  )
}
