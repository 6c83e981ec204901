// A small company, for tests of the page. The words are the server's.
import type {
  Access,
  AccessRequest,
  Delegation,
  Insight,
  Me,
  Message,
  Preview,
  Resource,
  ResourceRef,
  Task,
  User,
  UserRef,
} from '../api/types'

const now = Date.now()
export const ago = (hours: number) => new Date(now - hours * 3_600_000).toISOString()
export const ahead = (hours: number) => new Date(now + hours * 3_600_000).toISOString()

const person = (login: string, name: string, title = '', department = ''): User => ({
  id: `usr_${login}`,
  login,
  name,
  email: `${login}@example.com`,
  title,
  department,
  kind: 'person',
  state: 'active',
  created_at: ago(9000),
  updated_at: ago(900),
})
export const grace = person('grace', 'Grace Hopper', 'Head of Platform', 'Engineering')
export const ada: User = { ...person('ada', 'Ada Lovelace', 'Engineer', 'Payments'), manager: ref(grace) }
export const ken: User = { ...person('ken', 'Ken Thompson', 'Engineer', 'Payments'), manager: ref(grace) }
export const barbara: User = {
  ...person('barbara', 'Barbara Hamilton', 'Accountant', 'Finance'),
  manager: ref(grace),
}
export const radia = person('radia', 'Radia Perlman', 'Network lead', 'Security')
export const people = [grace, ada, ken, barbara, radia]

export function ref(u: User): UserRef {
  return { id: u.id, login: u.login, name: u.name }
}
const res = (slug: string, name: string, kind: ResourceRef['kind'] = 'app'): ResourceRef => ({
  id: `res_${slug.replaceAll('.', '-')}`,
  slug,
  name,
  kind,
})
export const vpn = res('vpn', 'VPN')
export const laptop = res('laptop', 'Laptop')
export const aws = res('aws.prod-readonly', 'AWS prod-readonly', 'entitlement')
export const netsuite = res('netsuite.ap-clerk', 'NetSuite AP clerk', 'entitlement')
export const figma = res('figma', 'Figma')
export const looker = res('looker.viewer', 'Looker Viewer', 'entitlement')
export const snowflake = res('snowflake.finance-read', 'Snowflake finance_read', 'entitlement')

export function resource(r: ResourceRef, more: Partial<Resource> = {}): Resource {
  return {
    ...r,
    managed: true,
    form: {},
    fulfilment: { kind: 'none' },
    durations: {},
    version: 1,
    created_at: ago(9000),
    updated_at: ago(900),
    ...more,
  }
}
export const resources: Resource[] = [
  resource(vpn, {
    description: 'Reach the company network from anywhere.',
    durations: { presets: ['P1D', 'P7D', 'P30D', 'P90D'], default: 'P30D', max: 'P365D' },
    fulfilment: { kind: 'manual', assignee: 'group:it' },
    owners: [ref(radia)],
  }),
  resource(laptop, {
    physical: true,
    description: 'A laptop of your own, returned at the end.',
    form: {
      fields: [
        {
          name: 'model',
          title: 'Model',
          type: 'choice',
          required: true,
          choices: ['ThinkPad X1', 'MacBook Pro 14'],
        },
        { name: 'address', title: 'Delivery address', type: 'long_text', required: true, sensitive: true },
        {
          name: 'adapter',
          title: 'Which adapter?',
          type: 'text',
          visible_if: { field: 'model', in: ['MacBook Pro 14'] },
        },
      ],
    },
  }),
  resource(aws, { app: res('aws', 'AWS') }),
  resource(netsuite, { app: res('netsuite', 'NetSuite') }),
  resource(figma),
]

let serial = 1040
export function request(
  by: User,
  r: ResourceRef,
  reason: string,
  more: Partial<AccessRequest> = {},
): AccessRequest {
  const id = `req_${++serial}`
  return {
    id,
    kind: 'access',
    state: 'pending',
    version: 1,
    resource: r,
    relation: 'member',
    parameters: {},
    snapshot: null,
    requester: ref(by),
    beneficiary: { kind: 'user', ...ref(by) },
    duration: 'P7D',
    reason,
    stages: [
      {
        id: `stg_${serial}1`,
        name: 'Manager',
        position: 0,
        state: 'approved',
        rule: 'any',
        need: 1,
        approvers: [{ ...ref(radia), via: 'manager' }],
        votes: [{ id: `vot_${serial}`, by: ref(radia), vote: 'approve', comment: 'Confirmed.', at: ago(2) }],
        started_at: ago(4),
        closed_at: ago(2),
      },
      {
        id: `stg_${serial}2`,
        name: 'Owners',
        position: 1,
        state: 'open',
        rule: 'any',
        need: 1,
        approvers: [
          { ...ref(grace), via: 'owners' },
          { ...ref(ken), via: 'owners' },
        ],
        votes: [],
        started_at: ago(2),
        due_at: ahead(5),
      },
    ],
    waiting_for: [ref(grace), ref(ken)],
    waiting_since: ago(2),
    next: 'a task for the group IT: set it up',
    expires_at: ahead(160),
    created_at: ago(4),
    updated_at: ago(2),
    may_vote: true,
    may_cancel: false,
    ...more,
  }
}
export const inbox: AccessRequest[] = [
  request(ada, aws, 'On call for the payments migration this week; I need to read CloudWatch logs.'),
  request(barbara, netsuite, 'Month-end close: I book the accruals for the EMEA entities.', {
    duration: 'P30D',
  }),
  request(ken, figma, 'I took over the onboarding file from Sophie.', {
    duration: 'P90D',
    relation: 'owner',
  }),
  request(ada, vpn, 'Travelling to the Vienna office next week.', {
    beneficiary: { kind: 'user', ...ref(ken) },
  }),
]
export const mine: AccessRequest[] = [
  request(grace, looker, 'Quarterly numbers.', { may_vote: false, may_cancel: true }),
  request(grace, figma, 'Review of the new design.', {
    state: 'denied',
    decided_at: ago(50),
    may_vote: false,
  }),
]

const holds = (r: ResourceRef, ends: string | undefined, more: Partial<Access> = {}): Access => ({
  resource: r,
  relation: 'member',
  state: 'active',
  starts_at: ago(2000),
  ends_at: ends,
  paths: [
    {
      via: 'direct',
      grant_id: `grt_${r.slug}`,
      starts_at: ago(2000),
      ends_at: ends,
      origin: 'given',
      reason: 'Daily work',
    },
  ],
  ...more,
})
export const access: Access[] = [
  holds(snowflake, ahead(46)),
  holds(looker, ahead(118)),
  holds(vpn, ahead(190)),
  holds(figma, undefined, { relation: 'owner' }),
  holds(aws, ahead(2000)),
]

export const me: Me = {
  user: grace,
  permissions: { admin: false, auditor: false, catalogue_manager: false },
  counts: { approvals: 4, tasks: 1, ending: 3, inbox: 2 },
  demo: true,
  version: 'test',
}
export const insight: Insight = {
  history: [],
  requests: [],
  peers: { basis: 'manager', have: 1, of: 2, people: [ref(ken)], roles: [], title_have: 2, title_of: 9 },
  holds: [holds(figma, undefined)],
  holds_total: 5,
  had_before: 0,
}
export const messages: Message[] = [
  {
    id: 'msg_1',
    kind: 'approval',
    title: 'Ada Lovelace asks for AWS prod-readonly',
    body: 'On call for the payments migration this week.',
    link: '/requests/req_1041',
    created_at: ago(4),
  },
  {
    id: 'msg_2',
    kind: 'ending',
    title: 'Your access to Snowflake finance_read ends in 2 days',
    link: '/access',
    created_at: ago(20),
    facts: [{ name: 'Ends', at: ahead(46) }],
  },
  {
    id: 'msg_3',
    kind: 'decided',
    title: 'Your request for Figma was denied',
    body: 'Ask for the viewer level instead.',
    link: '/requests/req_1046',
    created_at: ago(50),
    read_at: ago(40),
  },
]
export const delegations: Delegation[] = [
  {
    id: 'dlg_1',
    from: ref(grace),
    to: ref(ken),
    starts_at: ago(2),
    ends_at: ahead(100),
    reason: 'Holiday',
    created_at: ago(3),
  },
]

export const tasks: Task[] = [
  {
    id: 'tsk_1',
    kind: 'fulfil',
    state: 'open',
    resource: vpn,
    beneficiary: ref(ada),
    relation: 'member',
    parameters: {},
    assignee: { kind: 'group', id: 'res_it', name: 'IT', slug: 'it' },
    due_at: ahead(20),
    created_at: ago(3),
    may_claim: true,
    may_complete: true,
  },
]

export const preview = (r: ResourceRef): Preview => ({
  resource: r,
  stages: [
    {
      id: '',
      name: 'Manager',
      position: 0,
      state: 'waiting',
      rule: 'any',
      need: 1,
      approvers: [ref(radia)],
      votes: [],
    },
    {
      id: '',
      name: 'Security',
      position: 1,
      state: 'waiting',
      rule: 'any',
      need: 1,
      approvers: [ref(ken), ref(barbara), ref(ada)],
      votes: [],
    },
  ],
  limits: [
    {
      key: 'member_time_limit',
      value: 'P30D',
      relation: 'member',
      longest: 'P30D',
      from: 'the tag production',
      words: 'Members have it for 30 days at most',
    },
  ],
  current: r.slug === 'vpn' ? [holds(vpn, ahead(190))] : [],
  ends_at: ahead(7 * 24),
  form: {},
  durations: { presets: ['P1D', 'P7D', 'P30D'], default: 'P7D' },
  problems: [],
  fulfilment: 'The group IT gets a task to set it up.',
  peers: { basis: 'none', have: 0, of: 0, people: [], roles: [], title_have: 0, title_of: 0 },
  typical_decision: 'PT4H',
})

/** A batch's counts before anything was done. */
export const noCounts = {
  total: 0,
  waiting: 0,
  renewed: 0,
  ended: 0,
  reviewed: 0,
  asked: 0,
  undone: 0,
  refused: 0,
  untouched: 0,
}
