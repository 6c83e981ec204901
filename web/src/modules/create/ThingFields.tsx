import { useQuery } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { tagsQuery } from '../../api/tag'
import { Button } from '../../components/Button'
import { Checkbox } from '../../components/Checkbox'
import { Field, FieldSet } from '../../components/Field'
import { Input } from '../../components/Input'
import { LengthInput } from '../../components/LengthInput'
import { Textarea } from '../../components/Textarea'
import { Chosen } from '../Chosen'
import { ResourcePicker } from '../pickers'
import type { Draft } from './draft'

/** ThingFields is the form of something new, for who asks and for who edits it while approving. */
export function ThingFields({
  draft: d,
  onChange,
  fault,
  editing = false,
}: {
  draft: Draft
  onChange: (patch: Partial<Draft>) => void
  fault: (field: string) => string | undefined
  /** By an approver: the app stays. */
  editing?: boolean
}) {
  return (
    <>
      {d.kind === 'entitlement' && !editing && (
        <Field label="In which app?" error={fault('app')} help="Its owners decide.">
          {(control) => (
            <ResourcePicker
              kind="app"
              control={control}
              value={d.app}
              onChange={(app) => onChange({ app })}
            />
          )}
        </Field>
      )}
      <Field label="Name" error={fault('name')}>
        {(control) => (
          <Input
            {...control}
            data-autofocus
            value={d.name}
            onChange={(e) => onChange({ name: e.target.value })}
          />
        )}
      </Field>
      <Field
        label="What does it let people do?"
        required={false}
        error={fault('description')}
        help="Shown in the catalogue."
      >
        {(control) => (
          <Textarea
            {...control}
            value={d.description}
            onChange={(e) => onChange({ description: e.target.value })}
          />
        )}
      </Field>
      <Field
        label="Short name"
        required={false}
        error={fault('slug')}
        help="For addresses, scripts and files. Left empty, it is made from the name."
      >
        {(control) => (
          <Input {...control} value={d.slug} onChange={(e) => onChange({ slug: e.target.value })} />
        )}
      </Field>
      <Field
        label="Who may find and request it"
        required={false}
        help="Without a group: everyone. Others neither find, see nor request it."
        error={fault('audience')}
      >
        {(control) => (
          <ResourcePicker
            kind="group"
            control={control}
            value={d.audience}
            onChange={(audience) => onChange({ audience, audienceChosen: true })}
          />
        )}
      </Field>
      <Chosen
        what="people"
        label="Owners"
        help={
          d.kind === 'entitlement'
            ? 'They decide who gets it. Left empty, the owners of the app do.'
            : 'They look after it and decide who gets it.'
        }
        error={fault('owners')}
        items={d.owners}
        onChange={(owners) => onChange({ owners })}
      />
      <Chosen
        what="people"
        label="Members"
        help="Who has it from the start. Others ask once it is there."
        error={fault('members')}
        items={d.members}
        onChange={(members) => onChange({ members })}
      />
      {d.members.length > 0 && (
        <Field
          label="How long do they have it?"
          required={false}
          help="Left empty: without end, or for as long as its limits allow."
          error={fault('members_for')}
        >
          {(control) => (
            <LengthInput
              control={control}
              value={d.membersFor}
              onChange={(membersFor) => onChange({ membersFor })}
            />
          )}
        </Field>
      )}
      {d.kind === 'app' && (
        <Parts parts={d.parts} onChange={(parts) => onChange({ parts })} error={fault('entitlements')} />
      )}
      {d.kind === 'role' && (
        <Chosen
          what="resources"
          label="What it gives"
          help="What the approver has no say over is asked of those who have, once the role is there."
          error={fault('gives')}
          items={d.gives}
          onChange={(gives) => onChange({ gives })}
        />
      )}
      <Tags draft={d} onChange={onChange} error={fault('tags')} />
    </>
  )
}

/** Parts is what an app begins with. */
export function Parts({
  parts,
  onChange,
  error,
}: {
  parts: Draft['parts']
  onChange: (parts: Draft['parts']) => void
  error?: string
}) {
  const put = (at: number, name: string) =>
    onChange(parts.map((p, i) => (i === at ? { ...p, name, slug: undefined } : p)))
  return (
    <FieldSet label="What is in it" error={error}>
      <p className="text-[0.8125rem] text-muted">
        Levels or places that people ask for one by one. Left empty, the app is held as a whole.
      </p>
      {parts.map((p, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a part has no name of its own until one is typed
        <div key={i} className="flex gap-2">
          <Input
            className="flex-1"
            aria-label={`Part ${i + 1}`}
            value={p.name}
            placeholder="Editors"
            onChange={(e) => put(i, e.target.value)}
          />
          <Button
            look="quiet"
            aria-label={`Take part ${i + 1} off`}
            icon={<X aria-hidden className="size-4" />}
            onClick={() => onChange(parts.filter((_, j) => j !== i))}
          />
        </div>
      ))}
      <Button
        size="sm"
        className="justify-self-start"
        icon={<Plus aria-hidden className="size-4" />}
        onClick={() => onChange([...parts, { name: '' }])}
      >
        Add a part
      </Button>
    </FieldSet>
  )
}

/** Tags are the labels with limits that it has from the start. */
function Tags({
  draft: d,
  onChange,
  error,
}: {
  draft: Draft
  onChange: (patch: Partial<Draft>) => void
  error?: string
}) {
  const tags = useQuery(tagsQuery()).data?.items ?? []
  if (tags.length === 0) return null
  return (
    <FieldSet label="Tags" error={error}>
      <div className="flex flex-wrap gap-x-5 gap-y-1.5">
        {tags.map((t) => (
          <Checkbox
            key={t.id}
            checked={d.tags.includes(t.name)}
            onChange={(e) =>
              onChange({
                tags: e.target.checked ? [...d.tags, t.name] : d.tags.filter((n) => n !== t.name),
              })
            }
          >
            {t.name}
          </Checkbox>
        ))}
      </div>
    </FieldSet>
  )
}
