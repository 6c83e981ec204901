import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { deleteResource, updateResource } from '../../api/catalogue'
import { asError, message } from '../../api/error'
import type { Resource } from '../../api/types'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { Confirm } from '../../components/LaterConfirm'
import { Note } from '../../components/Note'
import { toast } from '../../components/toast'
import { draftFaults, draftOf, toPatch } from '../../modules/catalogue/draft'
import { ResourceEditor } from '../../modules/catalogue/ResourceEditor'
import { SaveBar } from '../../modules/catalogue/SaveBar'
import { Impact } from '../../modules/impact/Impact'
import { useRights } from '../../modules/rights'
import { TagsCard } from '../../modules/tags/TagsCard'
import { Convert } from './Convert'

/** Settings change a resource. What is in flight keeps the flow and fulfilment that it began with. */
export function Settings({ resource, mayDelete }: { resource: Resource; mayDelete: boolean }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const rights = useRights()
  const [base, setBase] = useState(resource)
  const [draft, setDraft] = useState(() => draftOf(resource))
  const [faults, setFaults] = useState<Record<string, string>>({})
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const [removing, setRemoving] = useState(false)
  const [refusals, setRefusals] = useState(0)
  const top = useRef<HTMLDivElement>(null)
  const patch = useMemo(() => toPatch(base, draft), [base, draft])
  const changed = Object.keys(patch).filter((field) => field !== 'reason')
  const elsewhere = resource.version !== base.version

  // A refused save leads to the first field that is wrong, once it is marked; to the top where none is.
  useEffect(() => {
    if (!refusals) return
    const wrong = top.current?.querySelector<HTMLElement>('[aria-invalid="true"]')
    if (!wrong) return top.current?.scrollIntoView({ block: 'start' })
    const folded = wrong.closest('details')
    if (folded) folded.open = true
    wrong.focus({ preventScroll: true })
    wrong.scrollIntoView({ block: 'center' })
  }, [refusals])

  const reset = (to: Resource) => {
    setBase(to)
    setDraft(draftOf(to))
    setFaults({})
    setError('')
  }
  const save = async () => {
    const found = draftFaults(draft)
    setFaults(found)
    if (Object.keys(found).length) {
      setError('Some fields need a look before this can be saved.')
      setRefusals((n) => n + 1)
      return
    }
    setBusy(true)
    setError('')
    try {
      const saved = await updateResource(base.id, patch, base.version)
      client.setQueryData(['resource', saved.slug], { ...saved, may: resource.may })
      reset(saved)
      for (const key of ['resource', 'resources', 'constraints', 'preview', 'history', 'holders'])
        void client.invalidateQueries({ queryKey: [key] })
      toast('Saved.', { tone: 'good' })
      if (saved.slug !== resource.slug)
        void navigate({
          to: `/catalogue/${saved.slug}` as string,
          search: { tab: 'settings' },
          replace: true,
        })
    } catch (e) {
      const refused = asError(e)
      setFaults(Object.fromEntries(refused.faults.map((f) => [f.location, f.message])))
      setError(message(e))
      setRefusals((n) => n + 1)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div ref={top} className="grid scroll-mt-20 gap-4">
      {elsewhere && (
        <Note
          tone="warn"
          action={
            <Button size="sm" onClick={() => reset(resource)}>
              Load it again
            </Button>
          }
        >
          Somebody changed this in the meantime. Saving now would be refused.
        </Note>
      )}
      {resource.source === 'catalogue' && (
        <Note>It is kept in catalogue files. What you change here is undone by the next apply.</Note>
      )}
      {error && <Note tone="bad">{error}</Note>}
      <ResourceEditor
        draft={draft}
        onChange={setDraft}
        fault={(path) => faults[path]}
        fields={resource.may?.fields ?? []}
        owners={!!patch.owners}
      />
      {resource.may?.tag && <TagsCard resource={resource} />}
      {rights.catalogue && resource.managed && ['group', 'entitlement', 'role'].includes(resource.kind) && (
        <Convert resource={resource} />
      )}
      {mayDelete && (
        <Card title="Remove it">
          <p className="mb-3 text-muted">
            All access to it ends, pending requests are closed, and nobody can ask for it any more. Its
            history stays.
          </p>
          <Button look="danger-quiet" className="-ml-3.5" onClick={() => setRemoving(true)}>
            Remove {resource.name}
          </Button>
          <Confirm
            open={removing}
            danger
            onClose={() => setRemoving(false)}
            title={`Remove ${resource.name} from the catalogue?`}
            action="Remove it"
            dismiss="Keep it"
            reason={{ label: 'Why', help: 'Those who lose it read this; it is kept in the audit log.' }}
            onConfirm={async (reason) => {
              await deleteResource(resource.id, resource.version, reason)
              void client.invalidateQueries({ queryKey: ['resources'] })
              await navigate({ to: '/catalogue' as string })
              toast(`${resource.name} was removed.`, { tone: 'good' })
            }}
          >
            Everybody who has it loses it now. This cannot be undone.
            {removing && (
              <section aria-label="What that changes" className="mt-3 rounded-md bg-sunken p-3 text-ink">
                <Impact
                  trial={{ method: 'delete', path: '/api/v1/resources/{id}', params: { id: resource.id } }}
                />
              </section>
            )}
          </Confirm>
        </Card>
      )}
      <SaveBar changed={changed} busy={busy} onSave={() => void save()} onReset={() => reset(base)} />
    </div>
  )
}
