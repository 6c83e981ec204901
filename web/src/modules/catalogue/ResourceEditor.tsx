import type { ReactNode } from 'react'
import { Card } from '../../components/Card'
import { Checkbox } from '../../components/Checkbox'
import { FlowEditor } from '../flow/FlowEditor'
import { flowWords } from '../flow/flow'
import { FormBuilder } from '../form/FormBuilder'
import { BasicsEditor } from './BasicsEditor'
import { DurationsEditor } from './DurationsEditor'
import type { Draft } from './draft'
import { FulfilmentEditor } from './FulfilmentEditor'

/** ResourceEditor is everything about a resource that can be set, in one column of sections. */
export function ResourceEditor({
  draft,
  onChange,
  fault,
  fresh,
  fields,
  owners,
}: {
  draft: Draft
  onChange: (draft: Draft) => void
  fault: (path: string) => string | undefined
  fresh?: boolean
  /** What may be set; without it everything. */
  fields?: readonly string[]
  /** True while the owners are others than those that are saved. */
  owners?: boolean
}) {
  const may = (field: string) => !fields || fields.includes(field)
  const put = (patch: Partial<Draft>) => onChange({ ...draft, ...patch })
  const order = draft.kind === 'work_order'
  return (
    <div className="grid gap-4">
      <Section id="basics" title="What it is">
        <BasicsEditor draft={draft} onChange={put} fault={fault} fresh={fresh} may={may} owners={owners} />
      </Section>
      <Section id="flow" title="Who decides">
        {may('flow') ? (
          <FlowEditor
            value={draft.flow}
            onChange={(flow) => put({ flow })}
            fault={fault}
            by={may('audience') ? 'admin' : 'owner'}
          />
        ) : (
          <p>
            {flowWords(draft.flow)}{' '}
            <span className="text-muted">Admins and catalogue managers set this.</span>
          </p>
        )}
      </Section>
      <Section id="form" title="What is asked">
        <FormBuilder value={draft.form} onChange={(form) => put({ form })} fault={fault} />
      </Section>
      {!order && (
        <Section id="durations" title="How long">
          <DurationsEditor
            value={draft.durations}
            onChange={(durations) => put({ durations })}
            fault={fault}
          />
        </Section>
      )}
      {may('fulfilment') && (
        <Section id="fulfilment" title={order ? 'Who does it' : 'How it becomes real'}>
          <div className="grid gap-5">
            <FulfilmentEditor
              path="fulfilment"
              label={order ? 'The work is done' : 'Access is given'}
              value={draft.fulfilment}
              onChange={(fulfilment) => put({ fulfilment })}
              fault={fault}
              workOrder={order}
            />
            {!order && (
              <Checkbox
                checked={draft.revocation !== undefined}
                onChange={(e) => put({ revocation: e.target.checked ? { ...draft.fulfilment } : undefined })}
              >
                It is taken away in another way than it is given
              </Checkbox>
            )}
            {draft.revocation && !order && (
              <FulfilmentEditor
                path="revocation"
                label="Access is taken away"
                value={draft.revocation}
                onChange={(revocation) => put({ revocation })}
                fault={fault}
              />
            )}
          </div>
        </Section>
      )}
    </div>
  )
}

function Section({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <Card id={id} title={title}>
      {children}
    </Card>
  )
}
