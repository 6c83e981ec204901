// What a file or a system would change, before it does.
export interface FieldChange {
  field: string
  before: string
  after: string
}
export interface PlanItem {
  action: 'create' | 'change' | 'remove' | 'leave' | 'return' | 'add' | 'end'
  kind: string
  slug: string
  name?: string
  detail?: string
  fields?: FieldChange[] | null
}
export interface PlanFault {
  location?: string
  path?: string
  message: string
}
export interface Plan {
  items: PlanItem[] | null
  creates: number
  changes: number
  removes: number
  unchanged: number
  /** By action and kind, e.g. "leave person": 3. */
  counts?: Record<string, number> | null
  /** What is wrong in the source; what it concerns is left out. */
  faults?: PlanFault[] | null
  warnings?: string[] | null
  /** Why it is not applied without an explicit word. */
  refused?: string
  hash?: string
  /** How many items are not in the list. */
  cut?: number
}
