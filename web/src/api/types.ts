// The words of the API, as the server writes them. Times are RFC 3339 in UTC, durations ISO 8601.

export interface Page<T> {
  items: T[] | null
  next_cursor?: string
  total?: number
}

export type Kind = 'app' | 'entitlement' | 'group' | 'role' | 'work_order'
export type Relation = 'member' | 'owner'

export interface ResourceRef {
  id: string
  slug: string
  name: string
  kind: Kind
}
export interface UserRef {
  id: string
  login: string
  name: string
}
export interface Subject {
  kind: 'user' | 'role'
  id: string
  login?: string
  slug?: string
  name: string
}

export interface User extends UserRef {
  email?: string
  title?: string
  department?: string
  kind: 'person' | 'service' | 'agent'
  state: 'active' | 'suspended' | 'gone'
  manager?: UserRef
  accountable?: UserRef
  time_zone?: string
  source?: string
  attributes?: Record<string, string>
  created_at: string
  updated_at: string
  left_at?: string
}

export type FieldType =
  | 'text'
  | 'long_text'
  | 'number'
  | 'choice'
  | 'multi_choice'
  | 'date'
  | 'user'
  | 'checkbox'
  | 'email'
export interface Field {
  name: string
  title: string
  type: FieldType
  help?: string
  required?: boolean
  /** Shown to requester, approvers, fulfiller and auditors only. */
  sensitive?: boolean
  choices?: string[] | null
  /** RE2 expression that the whole text must match. */
  pattern?: string
  min?: number
  max?: number
  visible_if?: { field: string; in: string[] | null }
}
export interface Form {
  fields?: Field[] | null
}
export type Answer = string | number | boolean | string[]
export type Answers = Record<string, Answer | undefined>

export interface Durations {
  presets?: string[] | null
  default?: string
  max?: string
  forbid_no_end?: boolean
}
export interface Fulfilment {
  kind: 'none' | 'manual' | 'connector' | 'automation'
  assignee?: string
  connection?: string
  target?: string
  due?: string
  instructions?: string
}
export interface StageSpec {
  name?: string
  approvers: string[] | null
  /** any (default), all, or a number of distinct people. */
  rule?: string
  remind_after?: string
  escalate_after?: string
  escalate_to?: string[] | null
  timeout_after?: string
  timeout?: '' | 'deny' | 'approve' | 'fallback'
  fallback?: string[] | null
}
export interface Flow {
  stages?: StageSpec[] | null
  fallback?: string[] | null
  expire_in?: string
  owners_may_add?: boolean
  allow_self_approval?: boolean
  no_approval?: boolean
}
export interface Resource extends ResourceRef {
  description?: string
  app?: ResourceRef
  managed: boolean
  physical?: boolean
  form: Form
  flow?: Flow
  fulfilment: Fulfilment
  revocation?: Fulfilment
  durations: Durations
  audience?: ResourceRef
  connection?: string
  external_id?: string
  tags?: string[] | null
  owners?: UserRef[] | null
  source?: string
  version: number
  created_at: string
  updated_at: string
  deleted_at?: string
}

export type RequestState =
  | 'pending'
  | 'approved'
  | 'denied'
  | 'cancelled'
  | 'expired'
  | 'superseded'
  | 'failed'
export type RequestKind = 'access' | 'extend' | 'role_access' | 'create' | 'work_order'
export interface Vote {
  id: string
  by: UserRef
  on_behalf_of?: UserRef
  vote: 'approve' | 'deny'
  comment?: string
  /** Set when approved for shorter. */
  duration?: string
  at: string
}
export interface Approver extends UserRef {
  via?: string
}
export interface Stage {
  id: string
  name: string
  position: number
  state: 'waiting' | 'open' | 'approved' | 'denied' | 'closed'
  rule: string
  /** How many distinct approvals close it. */
  need: number
  approvers: Approver[] | null
  fallback?: string
  votes: Vote[] | null
  started_at?: string
  closed_at?: string
  due_at?: string
  escalated?: boolean
  outcome?: string
}
export interface AccessRequest {
  id: string
  kind: RequestKind
  state: RequestState
  version: number
  resource: ResourceRef
  relation: Relation
  requester: UserRef
  beneficiary: Subject
  duration?: string
  until?: string
  no_end?: boolean
  starts_at?: string
  reason?: string
  answers?: Record<string, unknown>
  /** Names of sensitive answers that the caller may not read. */
  redacted?: string[] | null
  form?: Form
  stages: Stage[] | null
  waiting_for?: UserRef[] | null
  waiting_since?: string
  /** What happens next, in words. */
  next?: string
  grant_id?: string
  grant?: Grant
  extends?: string
  task_ids?: string[] | null
  fulfilment?: { state: 'open' | 'done' | 'rejected'; at?: string }
  batch_id?: string
  cause?: string
  superseded_by?: string
  decided_at?: string
  decided_by?: UserRef
  expires_at: string
  created_at: string
  updated_at: string
  may_vote: boolean
  may_cancel: boolean
}

export type GrantState = 'scheduled' | 'granting' | 'active' | 'revoking' | 'ended' | 'failing'
export type Origin = 'given' | 'import' | 'policy' | 'break_glass'
export interface Provisioning {
  state: 'adding' | 'present' | 'removing' | 'absent'
  since: string
  attempts: number
  error?: string
  failing_since?: string
  next_attempt_at?: string
  verified_at?: string
}
export interface Grant {
  id: string
  subject: Subject
  resource: ResourceRef
  relation: Relation
  origin: Origin
  reason_kind: 'request' | 'direct' | 'import' | 'policy' | 'break_glass' | 'bootstrap'
  reason?: string
  request_id?: string
  state: GrantState
  starts_at: string
  /** Absent with no_end false: not yet real, so the end is not yet known. */
  ends_at?: string
  no_end?: boolean
  duration?: string
  activated_at?: string
  ended_at?: string
  ended_by?: UserRef
  ended_reason?: string
  created_by?: UserRef
  created_at: string
  provisioning?: Provisioning
  may_end?: boolean
  may_extend?: boolean
}
/** One reason for which somebody holds something; by role, its times are the intersection. */
export interface Path {
  via: 'direct' | 'role'
  grant_id: string
  membership_grant_id?: string
  role?: ResourceRef
  starts_at: string
  ends_at?: string
  origin: Origin
  reason?: string
  request_id?: string
  state?: GrantState
}
export interface Access {
  resource: ResourceRef
  app?: ResourceRef
  relation: Relation
  state: GrantState
  starts_at: string
  /** The latest end of its paths; absent: no end. */
  ends_at?: string
  paths: Path[] | null
  /** Set in lists of holders. */
  user?: UserRef
}
export interface ResultItem {
  id: string
  status: number
  detail?: string
  grant?: Grant
}

export interface Task {
  id: string
  kind: 'fulfil' | 'remove' | 'follow_up'
  state: 'open' | 'claimed' | 'done' | 'rejected' | 'cancelled'
  resource: ResourceRef
  beneficiary: UserRef
  relation: Relation
  request_id?: string
  grant_id?: string
  assignee: { kind: 'user' | 'group' | 'owners' | 'admins'; id?: string; name?: string; slug?: string }
  claimed_by?: UserRef
  claimed_at?: string
  due_at: string
  instructions?: string
  answers?: Record<string, unknown>
  evidence?: string
  reason?: string
  created_at: string
  closed_at?: string
  closed_by?: UserRef
  may_claim: boolean
  may_complete: boolean
}

export interface ObjectRef {
  kind: string
  id: string
  name?: string
  slug?: string
}
export interface AuditEvent {
  id: string
  schema: number
  verb: string
  /** Absent: Sallyport itself. */
  actor?: UserRef
  via: string
  on_behalf_of?: UserRef
  object: ObjectRef
  cause?: string
  at: string
  refs?: ObjectRef[] | null
  body?: Record<string, unknown>
  values?: Record<string, string>
  index?: number
}

export interface Ask {
  resource: string
  relation?: Relation
  beneficiary?: string
  duration?: string
  until?: string
  no_end?: boolean
  reason?: string
  answers?: Answers
  kind?: 'access' | 'extend' | 'role_access' | 'work_order'
}
export interface Limit {
  key: string
  value: unknown
  /** The resource's durations, a tag on it, or a tag on its app. */
  from: string
  words: string
}
export interface Preview {
  stages: Stage[] | null
  limits: Limit[] | null
  current: Access[] | null
  pending?: AccessRequest
  ends_at?: string
  form: Form
  duration: Durations
  problems: { location: string; message: string }[] | null
  fulfilment: string
  /** Median time to a decision over the last 90 days. */
  typical_decision?: string
  resource: ResourceRef
  effects?: ResourceRef[] | null
}

export interface Me {
  user: User
  permissions: { admin: boolean; auditor: boolean; catalogue_manager: boolean }
  counts: {
    /** Requests that wait for the caller's vote. */
    approvals: number
    /** Open tasks of the caller and of their groups. */
    tasks: number
    /** Grants of the caller that end within 14 days. */
    ending: number
    /** Messages that were not read. */
    inbox: number
  }
  scopes?: string[] | null
  demo: boolean
  version: string
}
/** What an approver wants to know before deciding. */
export interface Insight {
  history: Grant[] | null
  requests: AccessRequest[] | null
  peers: { basis: 'manager' | 'department' | 'none'; have: number; of: number; people: UserRef[] | null }
  /** What the beneficiary holds now in the same app. */
  holds: Access[] | null
  holds_total: number
  /** What a role reaches. */
  gives?: ResourceRef[] | null
}
export interface Found {
  users: User[] | null
  resources: Resource[] | null
  requests: AccessRequest[] | null
}
export interface Message {
  id: string
  kind: string
  title: string
  body?: string
  /** A path of the page. */
  link?: string
  facts?: { name: string; value?: string; at?: string }[] | null
  created_at: string
  read_at?: string
}
/** Lets another person vote in one's place for a time. */
export interface Delegation {
  id: string
  from: UserRef
  to: UserRef
  starts_at: string
  ends_at: string
  reason?: string
  ended_at?: string
  created_at: string
}
export interface AuthMethods {
  demo?: { login: string; name: string; title?: string; description?: string }[] | null
  oidc?: { id: string; name: string }[] | null
}
