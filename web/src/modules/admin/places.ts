// The places of the administration, who may use each, and who can give it.
import {
  Boxes,
  CalendarDays,
  FileCheck,
  History,
  KeyRound,
  type LucideIcon,
  MonitorSmartphone,
  Plug,
  ScrollText,
  ShieldCheck,
  Sparkles,
  TagIcon,
  Upload,
  UserRoundCog,
  UserRoundX,
} from 'lucide-react'
import type { Rights } from '../rights'

export interface AdminPlace {
  to: string
  label: string
  text: string
  icon: LucideIcon
  may: (r: Rights) => boolean
  /** Who can give it, when it may not be used. */
  who: string
}

export const adminPlaces: readonly AdminPlace[] = [
  {
    to: '/admin/catalogue',
    label: 'Catalogue',
    text: 'Apps, entitlements, groups, roles and work orders: who decides, what is asked, how it becomes real.',
    icon: Boxes,
    may: (r) => r.catalogue,
    who: 'Catalogue manager',
  },
  {
    to: '/admin/tags',
    label: 'Tags',
    text: 'Labels with limits: how long access may last, what needs a reason, who may not add themselves.',
    icon: TagIcon,
    may: (r) => r.catalogue,
    who: 'Catalogue manager',
  },
  {
    to: '/admin/roles',
    label: 'Roles',
    text: 'Make roles from people, merge, split and rename them; see what was done and take it back.',
    icon: UserRoundCog,
    may: (r) => r.catalogue,
    who: 'Catalogue manager',
  },
  {
    to: '/admin/orphans',
    label: 'Owners',
    text: 'What nobody looks after: no owner, the owner left, or its owner is alone with it.',
    icon: UserRoundX,
    may: (r) => r.auditor || r.catalogue,
    who: 'Auditor',
  },
  {
    to: '/admin/new-things',
    label: 'New things',
    text: 'Who decides when somebody asks for an app, a group or a role that is not there yet.',
    icon: Sparkles,
    may: (r) => r.admin,
    who: 'Admin',
  },
  {
    to: '/admin/connections',
    label: 'Connections',
    text: 'Directories and targets: what is read from them, what is written to them, and how the last run went.',
    icon: Plug,
    may: (r) => r.auditor,
    who: 'Admin',
  },
  {
    to: '/admin/import',
    label: 'Import people',
    text: 'People from a CSV or JSON file, checked as a whole before anything changes.',
    icon: Upload,
    may: (r) => r.admin,
    who: 'Admin',
  },
  {
    to: '/admin/holidays',
    label: 'Holidays',
    text: 'Days on which nobody is told what ends soon, by hand or from a calendar file.',
    icon: CalendarDays,
    may: (r) => r.admin,
    who: 'Admin',
  },
  {
    to: '/admin/audit',
    label: 'Audit log',
    text: 'Every change, decision and refusal; with its export, and how to check it.',
    icon: ScrollText,
    may: (r) => r.auditor,
    who: 'Auditor',
  },
  {
    to: '/history',
    label: 'Access history',
    text: 'Who had what, when and why; at any moment, filtered, and as a file.',
    icon: History,
    may: (r) => r.auditor,
    who: 'Auditor',
  },
  {
    to: '/evidence',
    label: 'Evidence',
    text: 'A period for an audit: people, access, requests, changes and leavers, with the check of the log.',
    icon: FileCheck,
    may: (r) => r.auditor,
    who: 'Auditor',
  },
  {
    to: '/admin/tokens',
    label: 'Tokens',
    text: 'What scripts and other systems may do here, as whom, and until when.',
    icon: KeyRound,
    may: (r) => r.admin,
    who: 'Admin',
  },
  {
    to: '/admin/sessions',
    label: 'Sessions',
    text: 'Who is signed in where, and how to sign them out.',
    icon: MonitorSmartphone,
    may: (r) => r.admin,
    who: 'Admin',
  },
  {
    to: '/admin/rights',
    label: 'Built-in roles',
    text: 'Who is admin, auditor or catalogue manager of Sallyport itself, and why.',
    icon: ShieldCheck,
    may: (r) => r.auditor || r.catalogue,
    who: 'Admin',
  },
]
