import { ArrowDown, ArrowUp, Trash2 } from 'lucide-react'
import type { FieldType, Field as FormField } from '../../api/types'
import { IconButton } from '../../components/Button'
import { Checkbox } from '../../components/Checkbox'
import { Disclosure } from '../../components/Disclosure'
import { Field } from '../../components/Field'
import { Input } from '../../components/Input'
import { Select } from '../../components/Select'
import { Textarea } from '../../components/Textarea'
import { isChoice, nameOf } from './builder'
import { Condition } from './Condition'
import { typeWords } from './types'

/** FieldEditor is one question of a form. */
export function FieldEditor({
  field,
  index,
  earlier,
  taken,
  count,
  fault,
  onChange,
  onMove,
  onRemove,
}: {
  field: FormField
  index: number
  /** The fields above it, which a condition may name. */
  earlier: readonly FormField[]
  /** The names of all other fields. */
  taken: readonly string[]
  count: number
  fault: (path: string) => string | undefined
  onChange: (field: FormField) => void
  onMove: (by: number) => void
  onRemove: () => void
}) {
  const put = (patch: Partial<FormField>) => onChange({ ...field, ...patch })
  const at = `form.fields[${index}]`
  const name = field.title || `Question ${index + 1}`
  const auto = field.name === '' || field.name === nameOf(field.title ?? '', taken)
  const extras = [
    field.visible_if && 'shown on a condition',
    field.pattern && 'has a pattern',
    (field.min !== undefined || field.max !== undefined) && 'has a range',
  ].filter(Boolean)
  return (
    <li className="grid gap-4 rounded-lg border border-line bg-surface p-4 shadow-card">
      <div className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_11rem]">
        <Field label="Question" error={fault(`${at}.title`) ?? fault(`${at}.name`)}>
          {(control) => (
            <Input
              {...control}
              value={field.title ?? ''}
              onChange={(e) =>
                put({ title: e.target.value, ...(auto ? { name: nameOf(e.target.value, taken) } : {}) })
              }
            />
          )}
        </Field>
        <Field label="Kind of answer" error={fault(`${at}.type`)}>
          {(control) => (
            <Select
              {...control}
              value={field.type}
              onChange={(e) => put({ type: e.target.value as FieldType })}
              choices={Object.entries(typeWords).map(([value, label]) => ({ value, label }))}
            />
          )}
        </Field>
      </div>
      {isChoice(field) && (
        <Field label="Choices" help="One in each line." error={fault(`${at}.choices`)}>
          {(control) => (
            <Textarea
              {...control}
              rows={Math.max(3, (field.choices ?? []).length + 1)}
              value={(field.choices ?? []).join('\n')}
              onChange={(e) => put({ choices: e.target.value.split('\n') })}
            />
          )}
        </Field>
      )}
      <div className="flex flex-wrap items-center gap-x-5 gap-y-1">
        <Checkbox checked={!!field.required} onChange={(e) => put({ required: e.target.checked })}>
          Required
        </Checkbox>
        <Checkbox checked={!!field.sensitive} onChange={(e) => put({ sensitive: e.target.checked })}>
          Sensitive
        </Checkbox>
        <span className="flex-1" />
        <span className="flex">
          <IconButton
            label={`Move ${name} up`}
            disabled={index === 0}
            className="disabled:opacity-40"
            onClick={() => onMove(-1)}
          >
            <ArrowUp aria-hidden className="size-4" />
          </IconButton>
          <IconButton
            label={`Move ${name} down`}
            disabled={index === count - 1}
            className="disabled:opacity-40"
            onClick={() => onMove(1)}
          >
            <ArrowDown aria-hidden className="size-4" />
          </IconButton>
          <IconButton label={`Remove ${name}`} onClick={onRemove}>
            <Trash2 aria-hidden className="size-4" />
          </IconButton>
        </span>
      </div>
      <Disclosure
        title="Help, condition and more"
        detail={extras.length ? `· ${extras.join(', ')}` : undefined}
      >
        <div className="grid gap-4">
          <Field label="Help text" required={false} error={fault(`${at}.help`)}>
            {(control) => (
              <Input {...control} value={field.help ?? ''} onChange={(e) => put({ help: e.target.value })} />
            )}
          </Field>
          {field.type === 'number' && (
            <div className="grid grid-cols-2 gap-3">
              {(['min', 'max'] as const).map((key) => (
                <Field
                  key={key}
                  label={key === 'min' ? 'Least' : 'Most'}
                  required={false}
                  error={fault(`${at}.${key}`)}
                >
                  {(control) => (
                    <Input
                      {...control}
                      type="number"
                      step="any"
                      value={field[key] ?? ''}
                      onChange={(e) =>
                        put({ [key]: e.target.value === '' ? undefined : Number(e.target.value) })
                      }
                    />
                  )}
                </Field>
              ))}
            </div>
          )}
          {['text', 'long_text', 'email'].includes(field.type) && (
            <Field
              label="Pattern"
              required={false}
              help="A regular expression (RE2) that the whole answer must match, e.g. [A-Z]{2}-[0-9]+"
              error={fault(`${at}.pattern`)}
            >
              {(control) => (
                <Input
                  {...control}
                  className="font-mono"
                  spellCheck={false}
                  value={field.pattern ?? ''}
                  onChange={(e) => put({ pattern: e.target.value })}
                />
              )}
            </Field>
          )}
          <Condition
            field={field}
            earlier={earlier}
            error={fault(`${at}.visible_if`)}
            onChange={(visible_if) => put({ visible_if })}
          />
          <Field
            label="Name in the API"
            help="Answers are stored under it. Changing it does not touch old requests."
            error={fault(`${at}.name`)}
          >
            {(control) => (
              <Input
                {...control}
                className="font-mono"
                spellCheck={false}
                value={field.name}
                onChange={(e) => put({ name: e.target.value })}
              />
            )}
          </Field>
        </div>
      </Disclosure>
    </li>
  )
}
