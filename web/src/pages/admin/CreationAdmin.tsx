import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ComponentProps, useState } from 'react'
import { creationRulesQuery, setCreationRule } from '../../api/creation'
import { asError, message } from '../../api/error'
import type { CreationRule, Flow } from '../../api/types'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { ErrorState } from '../../components/ErrorState'
import { later } from '../../components/later'
import { Note } from '../../components/Note'
import { Skeleton, SkeletonRows } from '../../components/Skeleton'
import { toast } from '../../components/toast'
import { AdminFrame } from '../../modules/admin/AdminFrame'
import type { FlowEditor as Whole } from '../../modules/flow/FlowEditor'
import { flowWords } from '../../modules/flow/flow'

const FlowEditor = later<ComponentProps<typeof Whole>>(
  () => import('../../modules/flow/FlowEditor').then((m) => m.FlowEditor),
  undefined,
  <Skeleton className="h-24 rounded-lg" />,
)

const titles = { app: 'New apps', group: 'New groups', role: 'New roles' }

/** CreationAdmin says who decides about new apps, groups and roles. */
export function CreationAdmin() {
  const { data, error, refetch } = useQuery(creationRulesQuery())
  return (
    <AdminFrame
      to="/admin/new-things"
      title="New things"
      sub="Who decides when somebody asks for something that is not there yet. About new access in an app, its owners do."
    >
      {!data && !error && <SkeletonRows rows={3} label="Loading" />}
      {!data && error && (
        <Card>
          <ErrorState error={error} onRetry={() => void refetch()} />
        </Card>
      )}
      <div className="grid gap-4">
        {(data?.items ?? []).map((rule) => (
          <Rule key={rule.kind} rule={rule} />
        ))}
      </div>
    </AdminFrame>
  )
}

function Rule({ rule }: { rule: CreationRule }) {
  const client = useQueryClient()
  const [draft, setDraft] = useState<{ flow: Flow | undefined } | null>(null)
  const [faults, setFaults] = useState<Record<string, string>>({})
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const title = titles[rule.kind]
  const save = async () => {
    setBusy(true)
    setError('')
    try {
      await setCreationRule(rule.kind, draft?.flow)
      await client.invalidateQueries({ queryKey: ['creation-rules'] })
      void client.invalidateQueries({ queryKey: ['preview'] })
      setDraft(null)
      setFaults({})
      toast(`Saved: who decides about ${title.toLowerCase()}.`, { tone: 'good' })
    } catch (e) {
      setFaults(Object.fromEntries(asError(e).faults.map((f) => [f.location, f.message])))
      setError(message(e))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Card
      title={title}
      action={
        !draft && (
          <Button
            size="sm"
            aria-label={`Change who decides about ${title.toLowerCase()}`}
            onClick={() => setDraft({ flow: rule.default ? undefined : rule.flow })}
          >
            Change
          </Button>
        )
      }
    >
      {!draft ? (
        <p>{flowWords(rule.flow)}</p>
      ) : (
        <div className="grid gap-4">
          {error && <Note tone="bad">{error}</Note>}
          <FlowEditor
            value={draft.flow}
            onChange={(flow) => setDraft({ flow })}
            fault={(path) => faults[path]}
            defaults={{ label: 'The admins', words: 'Any of the admins.' }}
          />
          <div className="flex justify-end gap-2">
            <Button onClick={() => setDraft(null)}>Cancel</Button>
            <Button look="primary" busy={busy} onClick={() => void save()}>
              Save
            </Button>
          </div>
        </div>
      )}
    </Card>
  )
}
