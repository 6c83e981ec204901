import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { AppWindow, Briefcase, KeyRound, type LucideIcon, Users, Wrench } from 'lucide-react'
import { type ComponentProps, useRef, useState } from 'react'
import { createResource } from '../../api/catalogue'
import { newKey } from '../../api/client'
import { asError, message } from '../../api/error'
import type { Kind } from '../../api/types'
import { Button, buttonClass } from '../../components/Button'
import { Card } from '../../components/Card'
import { cx } from '../../components/cx'
import { later } from '../../components/later'
import { Note } from '../../components/Note'
import { Skeleton } from '../../components/Skeleton'
import { toast } from '../../components/toast'
import { AdminFrame } from '../../modules/admin/AdminFrame'
import { draftFaults, emptyDraft, toNew } from '../../modules/catalogue/draft'
import type { ResourceEditor as Whole } from '../../modules/catalogue/ResourceEditor'
import { Parts } from '../../modules/create/ThingFields'
import { useFilters } from '../../modules/filters'
import { kindWords } from '../../modules/names'

const ResourceEditor = later<ComponentProps<typeof Whole>>(
  () => import('../../modules/catalogue/ResourceEditor').then((m) => m.ResourceEditor),
  undefined,
  <Skeleton className="h-96 rounded-lg" />,
)

const kinds: readonly { kind: Kind; icon: LucideIcon; text: string }[] = [
  { kind: 'app', icon: AppWindow, text: 'A system, or a thing held as a whole: VPN, wiki, a laptop' },
  { kind: 'entitlement', icon: KeyRound, text: 'One permission inside an app' },
  { kind: 'group', icon: Users, text: 'A directory group on its own' },
  { kind: 'role', icon: Briefcase, text: 'A job function that holds other things' },
  { kind: 'work_order', icon: Wrench, text: 'Done once, never held: reset MFA' },
]

/** partFault is the first that is wrong with what an app begins with. */
function partFault(faults: Record<string, string>): string | undefined {
  const at = Object.keys(faults).find((path) => path.includes('entitlements'))
  return at && faults[at]
}

export function NewResource() {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [filters, set] = useFilters()
  const start = kinds.some((k) => k.kind === filters.kind) ? (filters.kind as Kind) : 'app'
  const [draft, setDraft] = useState(() => emptyDraft(start))
  const [parts, setParts] = useState<{ name: string }[]>([])
  const [faults, setFaults] = useState<Record<string, string>>({})
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const [key, setKey] = useState(newKey)
  const top = useRef<HTMLDivElement>(null)
  const up = () => top.current?.scrollIntoView({ block: 'start' })

  const save = async () => {
    const found = draftFaults(draft)
    setFaults(found)
    if (Object.keys(found).length) {
      setError('Some fields need a look before this can be added.')
      return up()
    }
    setBusy(true)
    setError('')
    try {
      const begins = draft.kind === 'app' ? parts.filter((p) => p.name.trim()) : []
      const made = await createResource(
        { ...toNew(draft), ...(begins.length ? { entitlements: begins } : {}) },
        key,
      )
      // Shown at once, and read again: the answer does not say what one may do with it.
      client.setQueryData(['resource', made.slug], made, { updatedAt: 0 })
      void client.invalidateQueries({ queryKey: ['resources'] })
      await navigate({ to: `/catalogue/${made.slug}` as string })
      toast(`${made.name} is in the catalogue.`, { tone: 'good' })
    } catch (e) {
      // What was refused may be corrected: the next try is another call.
      setKey(newKey())
      setFaults(Object.fromEntries(asError(e).faults.map((f) => [f.location, f.message])))
      setError(message(e))
      up()
    } finally {
      setBusy(false)
    }
  }
  return (
    <AdminFrame
      to="/admin/catalogue"
      title="Add to the catalogue"
      sub="Only the name is needed; the rest has sensible beginnings."
    >
      <div ref={top} className="grid scroll-mt-20 gap-4">
        {error && <Note tone="bad">{error}</Note>}
        <Card title="Kind">
          <div role="radiogroup" aria-label="Kind" className="grid gap-2 sm:grid-cols-2 xl:grid-cols-5">
            {kinds.map((k) => (
              <label
                key={k.kind}
                className={cx(
                  'relative flex cursor-pointer items-start gap-3 rounded-lg border p-3 has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-accent-text',
                  draft.kind === k.kind ? 'border-accent bg-accent-soft' : 'border-line hover:border-edge',
                )}
              >
                <input
                  type="radio"
                  name="kind"
                  className="absolute inset-0 cursor-pointer opacity-0"
                  checked={draft.kind === k.kind}
                  onChange={() => {
                    set({ kind: k.kind === 'app' ? undefined : k.kind })
                    setDraft({
                      ...draft,
                      kind: k.kind,
                      fulfilment:
                        k.kind === 'work_order' && draft.fulfilment.kind === 'none'
                          ? { kind: 'manual' }
                          : draft.fulfilment,
                    })
                  }}
                />
                <k.icon
                  aria-hidden
                  className={cx(
                    'mt-0.5 size-4.5 shrink-0',
                    draft.kind === k.kind ? 'text-accent-text' : 'text-muted',
                  )}
                />
                <span className="min-w-0">
                  <span className="block font-medium">{kindWords[k.kind]}</span>
                  <span className="block text-[0.8125rem] text-muted">{k.text}</span>
                </span>
              </label>
            ))}
          </div>
        </Card>
        {draft.kind === 'app' && (
          <Card>
            <Parts parts={parts} onChange={setParts} error={partFault(faults)} />
          </Card>
        )}
        <ResourceEditor draft={draft} onChange={setDraft} fault={(path) => faults[path]} fresh />
        <div className="flex flex-wrap justify-end gap-2">
          <Link to={'/admin/catalogue' as string} className={buttonClass()}>
            Cancel
          </Link>
          <Button look="primary" busy={busy} onClick={() => void save()}>
            Add {draft.name.trim() || kindWords[draft.kind].toLowerCase()}
          </Button>
        </div>
      </div>
    </AdminFrame>
  )
}
