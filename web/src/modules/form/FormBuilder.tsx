import { useState } from 'react'
import type { Answers, Form } from '../../api/types'
import { AddButton } from '../flow/Approvers'
import { move } from '../flow/flow'
import { dropField, putField } from './builder'
import { DynamicForm } from './DynamicForm'
import { FieldEditor } from './FieldEditor'

/** FormBuilder has the questions on the left and the form as people will see it on the right. */
export function FormBuilder({
  value,
  onChange,
  fault,
}: {
  value: Form
  onChange: (form: Form) => void
  fault: (path: string) => string | undefined
}) {
  const fields = value.fields ?? []
  const [answers, setAnswers] = useState<Answers>({})
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="grid gap-3">
        {fields.length === 0 && (
          <p className="text-muted">
            Nothing is asked beyond how long and why. Add questions when whoever decides or fulfils needs
            more.
          </p>
        )}
        <ol className="grid gap-3">
          {fields.map((field, i) => (
            <FieldEditor
              // biome-ignore lint/suspicious/noArrayIndexKey: names change while they are typed
              key={`${i}-${fields.length}`}
              field={field}
              index={i}
              count={fields.length}
              earlier={fields.slice(0, i)}
              taken={fields.filter((_, j) => j !== i).map((f) => f.name)}
              fault={fault}
              onChange={(next) => onChange(putField(value, i, next))}
              onMove={(by) => onChange({ fields: move(fields, i, by) })}
              onRemove={() => onChange(dropField(value, i))}
            />
          ))}
        </ol>
        <div>
          <AddButton
            onClick={() =>
              onChange({
                fields: [
                  ...fields,
                  { name: `question_${fields.length + 1}`, title: '', type: 'text', required: true },
                ],
              })
            }
          >
            Add a question
          </AddButton>
        </div>
      </div>
      <section
        aria-label="Preview of the form"
        className="rounded-lg border border-line border-dashed bg-canvas p-4 lg:sticky lg:top-20"
      >
        <h3 className="mb-3 font-medium text-[0.8125rem] text-muted">As people see it</h3>
        {fields.length === 0 ? (
          <p className="text-muted">No questions.</p>
        ) : (
          <DynamicForm form={value} answers={answers} onChange={setAnswers} />
        )}
      </section>
    </div>
  )
}
