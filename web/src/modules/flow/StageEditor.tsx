import { ArrowDown, ArrowUp, Trash2 } from 'lucide-react'
import type { StageSpec } from '../../api/types'
import { IconButton } from '../../components/Button'
import { Disclosure } from '../../components/Disclosure'
import { Field } from '../../components/Field'
import { Input } from '../../components/Input'
import { LengthInput } from '../../components/LengthInput'
import { Select } from '../../components/Select'
import { Approvers } from './Approvers'
import { timesWords } from './flow'

/** StageEditor is one stage: who, how many of them, and what happens when nobody answers. */
export function StageEditor({
  stage,
  index,
  count,
  fault,
  onChange,
  onMove,
  onRemove,
}: {
  stage: StageSpec
  index: number
  count: number
  fault: (path: string) => string | undefined
  onChange: (stage: StageSpec) => void
  onMove: (by: number) => void
  onRemove: () => void
}) {
  const put = (patch: Partial<StageSpec>) => onChange({ ...stage, ...patch })
  const at = `flow.stages[${index}]`
  const rule = stage.rule || 'any'
  const number = /^\d+$/.test(rule)
  return (
    <li className="relative grid gap-4 rounded-lg border border-line bg-surface p-4 shadow-card">
      <div className="flex items-center gap-2">
        <span
          aria-hidden
          className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft font-semibold text-[0.8125rem] text-accent-text"
        >
          {index + 1}
        </span>
        <Input
          aria-label={`Name of stage ${index + 1}`}
          placeholder={`Stage ${index + 1}`}
          className="max-w-64"
          value={stage.name ?? ''}
          onChange={(e) => put({ name: e.target.value })}
        />
        <span className="flex-1" />
        <IconButton
          label={`Move stage ${index + 1} up`}
          disabled={index === 0}
          className="disabled:opacity-40"
          onClick={() => onMove(-1)}
        >
          <ArrowUp aria-hidden className="size-4" />
        </IconButton>
        <IconButton
          label={`Move stage ${index + 1} down`}
          disabled={index === count - 1}
          className="disabled:opacity-40"
          onClick={() => onMove(1)}
        >
          <ArrowDown aria-hidden className="size-4" />
        </IconButton>
        <IconButton label={`Remove stage ${index + 1}`} onClick={onRemove}>
          <Trash2 aria-hidden className="size-4" />
        </IconButton>
      </div>
      <div className="grid gap-4 md:grid-cols-[minmax(0,1fr)_12rem]">
        <Field label="Who may decide" error={fault(`${at}.approvers`)}>
          {(control) => (
            <Approvers
              control={control}
              value={stage.approvers ?? []}
              onChange={(approvers) => put({ approvers })}
            />
          )}
        </Field>
        <Field label="How many must agree" error={fault(`${at}.rule`)}>
          {(control) => (
            <div className="grid gap-2">
              <Select
                {...control}
                value={number ? 'n' : rule}
                onChange={(e) => put({ rule: e.target.value === 'n' ? '2' : e.target.value })}
                choices={[
                  { value: 'any', label: 'Any one' },
                  { value: 'all', label: 'All of them' },
                  { value: 'n', label: 'A number' },
                ]}
              />
              {number && (
                <Input
                  type="number"
                  min={1}
                  max={50}
                  aria-label="Number of people"
                  value={rule}
                  onChange={(e) => put({ rule: e.target.value || '1' })}
                />
              )}
            </div>
          )}
        </Field>
      </div>
      <Disclosure
        title="When nobody answers"
        detail={timesWords(stage) || '· nothing happens until it expires'}
      >
        <div className="grid gap-4 md:grid-cols-2">
          <Field label="Remind after" error={fault(`${at}.remind_after`)}>
            {(control) => (
              <LengthInput
                control={control}
                value={stage.remind_after}
                onChange={(remind_after) => put({ remind_after })}
              />
            )}
          </Field>
          <Field label="Time out after" error={fault(`${at}.timeout_after`)}>
            {(control) => (
              <div className="grid gap-2">
                <LengthInput
                  control={control}
                  value={stage.timeout_after}
                  onChange={(timeout_after) => put({ timeout_after })}
                />
                {stage.timeout_after && (
                  <Select
                    aria-label="What happens then"
                    value={stage.timeout || 'deny'}
                    onChange={(e) => put({ timeout: e.target.value as StageSpec['timeout'] })}
                    choices={[
                      { value: 'deny', label: 'Then deny' },
                      { value: 'fallback', label: 'Then ask the fallback' },
                      { value: 'approve', label: 'Then approve' },
                    ]}
                  />
                )}
              </div>
            )}
          </Field>
          <Field label="Let others decide too after" error={fault(`${at}.escalate_after`)}>
            {(control) => (
              <LengthInput
                control={control}
                value={stage.escalate_after}
                onChange={(escalate_after) => put({ escalate_after })}
              />
            )}
          </Field>
          {stage.escalate_after && (
            <Field label="Who then" error={fault(`${at}.escalate_to`)}>
              {(control) => (
                <Approvers
                  control={control}
                  value={stage.escalate_to ?? []}
                  onChange={(escalate_to) => put({ escalate_to })}
                />
              )}
            </Field>
          )}
          <Field
            label="Fallback"
            help="Asked when there are too few of the above. Without one: the admins."
            error={fault(`${at}.fallback`)}
          >
            {(control) => (
              <Approvers
                control={control}
                value={stage.fallback ?? []}
                onChange={(fallback) => put({ fallback })}
              />
            )}
          </Field>
        </div>
      </Disclosure>
    </li>
  )
}
