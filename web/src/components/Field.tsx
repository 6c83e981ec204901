import { type ReactNode, useId } from 'react'

export interface FieldProps {
  label: ReactNode
  help?: ReactNode
  error?: string
  required?: boolean
  /** Gets the ids that tie the control to its label, help and error. */
  children: (control: ControlProps) => ReactNode
}
export interface ControlProps {
  id: string
  'aria-describedby'?: string
  /** For a control that has no Field around it. */
  'aria-label'?: string
  /** Gets the focus when the dialog around it opens. */
  'data-autofocus'?: true
  'aria-invalid'?: true
  required?: boolean
}

/** Field puts a label, a help text and an error around one control. */
export function Field({ label, help, error, required, children }: FieldProps) {
  const id = useId()
  const describedBy = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className="grid content-start gap-1.5">
      <label htmlFor={id} className="font-medium">
        {label}
        {required === false && <span className="font-normal text-muted"> (optional)</span>}
      </label>
      {help && (
        <p id={`${id}-help`} className="-mt-1 text-[0.8125rem] text-muted">
          {help}
        </p>
      )}
      {children({
        id,
        ...(describedBy ? { 'aria-describedby': describedBy } : {}),
        ...(error ? { 'aria-invalid': true as const } : {}),
        ...(required ? { required } : {}),
      })}
      {error && (
        <p id={`${id}-error`} className="text-[0.8125rem] text-bad">
          {error}
        </p>
      )}
    </div>
  )
}

/** FieldSet is a Field around several controls: radios, checkboxes, segments. */
export function FieldSet({
  label,
  help,
  error,
  required,
  children,
}: Omit<FieldProps, 'children'> & { children: ReactNode }) {
  const id = useId()
  return (
    <fieldset className="grid min-w-0 gap-1.5" aria-describedby={error ? `${id}-error` : undefined}>
      <legend className="mb-1.5 font-medium">
        {label}
        {required === false && <span className="font-normal text-muted"> (optional)</span>}
      </legend>
      {help && <p className="-mt-1 text-[0.8125rem] text-muted">{help}</p>}
      {children}
      {error && (
        <p id={`${id}-error`} className="text-[0.8125rem] text-bad">
          {error}
        </p>
      )}
    </fieldset>
  )
}
