// The words of the API. They are generated from the server's own types (npm run api); this file gives them the names
// that the page uses.
import type { components } from './schema'

type Schemas = components['schemas']

/** Page is one page of a list; next_cursor leads to the next one. */
export interface Page<T> {
  items: T[]
  next_cursor?: string
  /** Only when asked for. */
  total?: number
  /** Of a search in everybody's history: how far a page came that may have few items, or none, before the last. */
  searched_to?: string
}

export type ResourceRef = Schemas['ResourceRef']
export type UserRef = Schemas['UserRef']
export type Subject = Schemas['Subject']
export type ObjectRef = Schemas['ObjectRef']
export type Kind = ResourceRef['kind']
export type Relation = 'member' | 'owner'

export type User = Schemas['User']
export type Field = Schemas['Field']
export type FieldType = Field['type']
export type Form = Schemas['Form']
export type Answer = string | number | boolean | string[]
export type Answers = Record<string, Answer | undefined>
export type Durations = Schemas['Durations']
export type Fulfilment = Schemas['Fulfilment']
export type StageSpec = Schemas['StageSpec']
export type Flow = Schemas['Flow']
export type Resource = Schemas['Resource']

export type AccessRequest = Schemas['Request']
export type RequestState = AccessRequest['state']
export type RequestKind = NonNullable<AccessRequest['kind']>
export type Stage = Schemas['Stage']
export type Approver = Schemas['Approver']
export type Vote = Schemas['Vote']
/** Ask is what a person submits; the answers are typed as the form gives them. */
export type Ask = Omit<Schemas['Ask'], 'answers'> & { answers?: Answers }
export type Preview = Schemas['Preview']
export type Limit = Schemas['Limit']
export type Tag = Schemas['Tag']
export type Constraint = Schemas['Constraint']
export type Constraints = Schemas['Constraints']
export type NewThing = Schemas['NewThing']
export type Thing = Schemas['Thing']
export type Creation = Schemas['Creation']
export type CreationRule = Schemas['CreationRule']
export type Insight = Schemas['Insight']
export type Hints = Schemas['Hints']

export type Grant = Schemas['Grant']
export type GrantState = Grant['state']
export type Origin = Grant['origin']
export type Provisioning = Schemas['Provisioning']
export type Access = Schemas['Access']
export type Path = Schemas['Path']
export type ResultItem = Schemas['ResultItem']

export type Expiring = Schemas['Expiring']
export type GrantLimits = Schemas['GrantLimits']
export type Batch = Schemas['Batch']
export type BatchItem = Schemas['BatchItem']
export type BatchAction = Exclude<Batch['action'], 'undo'>
export type SavedView = Schemas['View']

export type Task = Omit<Schemas['Task'], 'relation'> & { relation: Relation }
export type Interval = Schemas['Interval']
export type Approval = Schemas['Approval']
export type Figure = Schemas['Figure']
export type Evidence = Schemas['Evidence']
export type EvidenceRows = Schemas['EvidenceRows']
export type AuditEvent = Schemas['Event']
export type Message = Schemas['Message']
export type Delegation = Schemas['Delegation']
export type Found = Schemas['Found']
export type Me = Schemas['Me']

/** AuthMethods is the answer of /auth/methods, which is beside the API. */
export interface AuthMethods {
  demo: { login: string; name: string; title: string; description: string }[]
  oidc: { id: string; name: string }[]
}
