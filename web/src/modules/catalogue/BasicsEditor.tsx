import { X } from 'lucide-react'
import { useState } from 'react'
import { Avatar } from '../../components/Avatar'
import { Checkbox } from '../../components/Checkbox'
import { Field } from '../../components/Field'
import { Input } from '../../components/Input'
import { Textarea } from '../../components/Textarea'
import { PersonPicker, ResourcePicker } from '../pickers'
import { type Draft, slugOf } from './draft'

/** BasicsEditor is what something is called, what it lets one do, who owns it and who may find it. */
export function BasicsEditor({
  draft,
  onChange,
  fault,
  fresh,
  may,
  owners,
}: {
  draft: Draft
  onChange: (patch: Partial<Draft>) => void
  fault: (path: string) => string | undefined
  /** True while it is being made. */
  fresh?: boolean
  may: (field: string) => boolean
  owners?: boolean
}) {
  const [slug] = useState(draft.slug)
  return (
    <div className="grid gap-4">
      {fresh && draft.kind === 'entitlement' && (
        <Field label="App" help="An entitlement belongs to one app." error={fault('app')}>
          {(control) => (
            <ResourcePicker
              control={control}
              kind="app"
              value={draft.app}
              onChange={(app) => onChange({ app })}
            />
          )}
        </Field>
      )}
      {may('name') && (
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Name" error={fault('name')}>
            {(control) => (
              <Input {...control} value={draft.name} onChange={(e) => onChange({ name: e.target.value })} />
            )}
          </Field>
          <Field label="Slug" required={fresh ? false : undefined} error={fault('slug')}>
            {(control) => (
              <Input
                {...control}
                className="font-mono"
                spellCheck={false}
                autoCapitalize="off"
                placeholder={slugOf(draft.name, draft.app?.value) || 'made from the name'}
                value={draft.slug}
                onChange={(e) => onChange({ slug: e.target.value })}
              />
            )}
          </Field>
        </div>
      )}
      {!fresh && draft.slug !== slug && (
        <p className="-mt-2 text-[0.8125rem] text-warn">
          A new slug changes the address: links to the old one break.
        </p>
      )}
      <Field
        label="What it lets people do"
        help="One or two sentences. It is what people read in the catalogue."
        error={fault('description')}
      >
        {(control) => (
          <Textarea
            {...control}
            value={draft.description}
            onChange={(e) => onChange({ description: e.target.value })}
          />
        )}
      </Field>
      {may('owners') && (
        <Field
          label="Owners"
          help={
            draft.kind === 'entitlement'
              ? 'They decide by default, and keep it in order. Without any: those of the app.'
              : 'They decide by default, and keep it in order.'
          }
          error={fault('owners')}
        >
          {(control) => (
            <div className="grid gap-2">
              {draft.owners.length > 0 && (
                <ul className="flex flex-wrap gap-1.5">
                  {draft.owners.map((o) => (
                    <li
                      key={o.value}
                      className="inline-flex min-h-8 items-center gap-2 rounded-md border border-line bg-sunken pl-1.5 font-medium text-[0.875rem]"
                    >
                      <Avatar name={o.label} size="sm" />
                      {o.label}
                      <button
                        type="button"
                        aria-label={`Remove ${o.label}`}
                        className="touch grid size-8 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink"
                        onClick={() => onChange({ owners: draft.owners.filter((x) => x.value !== o.value) })}
                      >
                        <X aria-hidden className="size-3.5" />
                      </button>
                    </li>
                  ))}
                </ul>
              )}
              <PersonPicker
                key={draft.owners.length}
                control={control}
                value={null}
                onChange={(item) => {
                  if (item && !draft.owners.some((o) => o.value === item.value))
                    onChange({ owners: [...draft.owners, { value: item.value, label: item.label }] })
                }}
              />
            </div>
          )}
        </Field>
      )}
      {(owners || (fresh && draft.owners.length > 0)) && (
        <Field
          label={fresh ? 'Why they own it' : 'Why the owners change'}
          required={false}
          help={`Kept with what ${fresh ? 'they' : 'new owners'} are given. A tag may demand it.`}
          error={fault('reason')}
        >
          {(control) => (
            <Input {...control} value={draft.reason} onChange={(e) => onChange({ reason: e.target.value })} />
          )}
        </Field>
      )}
      {may('audience') && (
        <Field
          label="Who may find and request it"
          help="Without a group: everyone. Others neither find, see nor request it."
          error={fault('audience')}
        >
          {(control) => (
            <ResourcePicker
              control={control}
              kind="group"
              value={draft.audience}
              onChange={(audience) => onChange({ audience })}
            />
          )}
        </Field>
      )}
      {may('physical') && draft.kind !== 'work_order' && (
        <Checkbox checked={draft.physical} onChange={(e) => onChange({ physical: e.target.checked })}>
          A thing that is handed over, and returned at the end
        </Checkbox>
      )}
    </div>
  )
}
