import { useState } from 'react'
import type { Flow } from '../../api/types'
import { Checkbox } from '../../components/Checkbox'
import { Disclosure } from '../../components/Disclosure'
import { Field, FieldSet } from '../../components/Field'
import { LengthInput } from '../../components/LengthInput'
import { Segments } from '../../components/Segments'
import { AddButton, Approvers } from './Approvers'
import { flowWords, type Mode, modeOf, move, newStage } from './flow'
import { StageEditor } from './StageEditor'

/** FlowEditor says how requests are decided. An undefined flow is the default chain. */
export function FlowEditor({
  value,
  onChange,
  fault,
  by,
  defaults = { label: 'Its owners', words: flowWords(undefined) },
}: {
  value: Flow | undefined
  onChange: (flow: Flow | undefined) => void
  fault: (path: string) => string | undefined
  /** Who changes a resource: admins open its flow to owners, who do not let people in undecided. */
  by?: 'admin' | 'owner'
  /** Who decides where nothing is said. */
  defaults?: { label: string; words: string }
}) {
  const mode = modeOf(value)
  const flow = value ?? {}
  const stages = flow.stages ?? []
  // Where stages decide, owners do not let themselves add people directly, as they would without stages.
  const [closed] = useState(by === 'owner' && mode === 'stages' && !flow.owners_may_add)
  const setMode = (next: Mode) => {
    const { no_approval: _n, stages: _s, ...rest } = flow
    if (next === 'none') onChange({ ...rest, no_approval: true })
    else if (next === 'stages') onChange({ ...rest, stages: stages.length ? stages : [newStage()] })
    else onChange(Object.keys(rest).length ? rest : undefined)
  }
  return (
    <div className="grid gap-4">
      <FieldSet label={<span className="sr-only">Who decides</span>} error={fault('flow')}>
        {(!closed || mode !== 'stages') && (
          <Segments
            label="Who decides"
            value={mode}
            onChange={setMode}
            choices={[
              { value: 'default' as const, label: defaults.label },
              { value: 'stages' as const, label: 'Stages' },
              { value: 'none' as const, label: 'Nobody' },
            ].filter((c) => c.value !== 'none' || by !== 'owner' || mode === 'none')}
          />
        )}
      </FieldSet>
      <p className="text-muted">{mode === 'default' ? defaults.words : flowWords(value)}</p>
      {closed && (
        <p className="text-[0.875rem] text-muted">
          Stages are taken away by admins and catalogue managers: without them, owners add people directly.
        </p>
      )}
      {mode === 'stages' && (
        <>
          <ol className="grid gap-3">
            {stages.map((stage, i) => (
              <StageEditor
                // biome-ignore lint/suspicious/noArrayIndexKey: a stage has no other name; moving it re-draws it
                key={`${i}-${stages.length}`}
                stage={stage}
                index={i}
                count={stages.length}
                fault={fault}
                onChange={(next) => onChange({ ...flow, stages: stages.map((s, j) => (j === i ? next : s)) })}
                onMove={(by) => onChange({ ...flow, stages: move(stages, i, by) })}
                onRemove={() => onChange({ ...flow, stages: stages.filter((_, j) => j !== i) })}
              />
            ))}
          </ol>
          <div>
            <AddButton onClick={() => onChange({ ...flow, stages: [...stages, newStage()] })}>
              Add a stage
            </AddButton>
          </div>
        </>
      )}
      <Disclosure title="More about deciding">
        <div className="grid gap-4">
          <Field
            label="A request expires after"
            help="Without a length: 7 days."
            error={fault('flow.expire_in')}
          >
            {(control) => (
              <LengthInput
                control={control}
                value={flow.expire_in}
                placeholder="7"
                onChange={(expire_in) => onChange({ ...flow, expire_in })}
              />
            )}
          </Field>
          {mode !== 'none' && (
            <Field
              label="Fallback of all stages"
              help="Asked when a stage has too few approvers. Without one: the admins."
              error={fault('flow.fallback')}
            >
              {(control) => (
                <Approvers
                  control={control}
                  value={flow.fallback ?? []}
                  onChange={(fallback) => onChange({ ...flow, fallback })}
                />
              )}
            </Field>
          )}
          <div className="grid gap-1">
            <Checkbox
              disabled={closed}
              checked={!!flow.owners_may_add}
              onChange={(e) => onChange({ ...flow, owners_may_add: e.target.checked })}
            >
              Owners may add people directly, without a request
            </Checkbox>
            {by === 'admin' && (
              <Checkbox
                checked={!!flow.owners_edit}
                onChange={(e) => onChange({ ...flow, owners_edit: e.target.checked })}
              >
                Owners may change who decides
              </Checkbox>
            )}
            <Checkbox
              disabled={by === 'owner' && !flow.allow_self_approval}
              checked={!!flow.allow_self_approval}
              onChange={(e) => onChange({ ...flow, allow_self_approval: e.target.checked })}
            >
              People may decide their own requests (break-glass, on-call); it is recorded
            </Checkbox>
          </div>
        </div>
      </Disclosure>
    </div>
  )
}
