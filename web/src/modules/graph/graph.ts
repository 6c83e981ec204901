// A drawing of access as nodes and edges, from the same paths that the tables show.
import type { Access, Grant, Relation, ResourceRef, Subject, UserRef } from '../../api/types'
import { number } from '../../components/number'
import { personPath, resourcePath } from '../paths'

export interface Dot {
  id: string
  kind: 'person' | 'resource' | 'role' | 'many'
  label: string
  detail?: string
  /** Where it leads. A bundle leads nowhere: it opens. */
  to?: string
  /** What a bundle stands for. */
  of?: readonly Dot[]
}
export interface Line {
  from: string
  to: string
  /** As what it is held, where that is not only as a member. */
  label?: string
}
export interface Graph {
  dots: Dot[]
  lines: Line[]
}

/** Way is one path: somebody or a bundle, perhaps by a role, to something. */
interface Way {
  from: Dot
  role?: Dot
  to: Dot
  relation: Relation
}

const person = (u: UserRef | Subject): Dot => ({ id: u.id, kind: 'person', label: u.name, to: personPath(u) })
const thing = (r: ResourceRef, detail?: string): Dot => ({
  id: r.id,
  kind: r.kind === 'role' ? 'role' : 'resource',
  label: r.name,
  detail,
  to: resourcePath(r),
})

/** personGraph: person → roles → resources. */
export function personGraph(user: UserRef, items: readonly Access[], opened: ReadonlySet<string>): Graph {
  const from = person(user)
  const ways = items.flatMap((a): Way[] =>
    (a.paths ?? []).map((p) => ({
      from,
      role: p.role ? thing(p.role) : undefined,
      to: thing(a.resource, a.app?.name),
      relation: a.relation,
    })),
  )
  return draw(ways, 'to', opened, (d) => d.detail ?? '')
}

/** holdersGraph: people → roles → the resource. */
export function holdersGraph(
  resource: ResourceRef,
  items: readonly Access[],
  opened: ReadonlySet<string>,
): Graph {
  const to = thing(resource)
  const ways = items.flatMap((a): Way[] =>
    a.user
      ? (a.paths ?? []).map((p) => ({
          from: person(a.user as UserRef),
          role: p.role ? thing(p.role) : undefined,
          to,
          relation: a.relation,
        }))
      : [],
  )
  return draw(ways, 'from', opened)
}

/** roleGraph: people → the role → what it gives. Of more people than are known one by one only the number is drawn. */
export function roleGraph(
  role: ResourceRef,
  members: { items: readonly Access[]; total: number; list: string },
  gives: readonly Grant[],
  opened: ReadonlySet<string>,
): Graph {
  const mid = thing(role)
  const left =
    members.total > members.items.length
      ? draw([{ from: { ...bundleOf('all', members.total), to: members.list }, to: mid, relation: 'member' }])
      : draw(
          members.items.flatMap((a): Way[] =>
            a.user ? [{ from: person(a.user), to: mid, relation: 'member' }] : [],
          ),
          'from',
          opened,
        )
  const right = draw(
    gives.map((g): Way => ({ from: mid, to: thing(g.resource), relation: g.relation })),
    'to',
    opened,
  )
  const dots = new Map([mid, ...left.dots, ...right.dots].map((d) => [d.id, d]))
  return { dots: [...dots.values()], lines: [...left.lines, ...right.lines] }
}

/** appGraph: who holds what in an app, people and roles alike, and the parts that nobody holds. */
export function appGraph(
  grants: readonly Grant[],
  unheld: readonly ResourceRef[],
  opened: ReadonlySet<string>,
): Graph {
  const ways = grants.map((g): Way => {
    const holder: Dot =
      g.subject.kind === 'role'
        ? {
            id: g.subject.id,
            kind: 'role',
            label: g.subject.name,
            to: resourcePath({ slug: g.subject.slug ?? '', id: g.subject.id }),
          }
        : person(g.subject)
    return { from: holder, to: thing(g.resource), relation: g.relation }
  })
  const { dots, lines } = draw(ways, 'from', opened)
  const free = unheld.map((r) => thing(r, 'Held by nobody'))
  const bundle = bundleOf('unheld', free.length, 'things', 'Held by nobody', free)
  return { dots: [...dots, ...(free.length <= alone || opened.has(bundle.id) ? free : [bundle])], lines }
}

/** So many alike are drawn one by one; more become a bundle that opens. */
const alone = 8

/** With more than so many on the side of many, they are bundled by what they hang on. */
const readable = 90

const bundleOf = (id: string, count: number, noun = 'people', detail?: string, of?: readonly Dot[]): Dot => ({
  id,
  kind: 'many',
  label: `${number(count)} ${noun}`,
  detail,
  of,
})

/** as tells the ways to own something from those to be a member of it. */
const as = (id: string, relation: Relation) => (relation === 'owner' ? `${id} owner` : id)

/** draw makes nodes and edges of ways. Those on the side of many that hang on the same are bundled. */
function draw(
  ways: readonly Way[],
  many: 'from' | 'to' = 'from',
  opened: ReadonlySet<string> = new Set(),
  cluster: (d: Dot) => string = () => '',
): Graph {
  const beside = new Map<string, { dot: Dot; on: Set<string> }>()
  for (const w of ways) {
    const dot = w[many]
    const other = w.role ?? w[many === 'from' ? 'to' : 'from']
    const known = beside.get(dot.id) ?? { dot, on: new Set<string>() }
    known.on.add(as(other.id, many === 'from' && w.role ? 'member' : w.relation))
    beside.set(dot.id, known)
  }
  const alike = new Map<string, Dot[]>()
  for (const { dot, on } of beside.values()) {
    if (dot.kind === 'role' || dot.kind === 'many') continue
    const key = `many:${[...on].sort().join('+')}:${cluster(dot)}`
    alike.set(key, [...(alike.get(key) ?? []), dot])
  }
  const noun = many === 'from' ? 'people' : 'things'
  const bundle = new Map<string, Dot>()
  for (const [id, dots] of alike) {
    if (dots.length <= alone) continue
    const where = dots[0] ? cluster(dots[0]) : ''
    const b = bundleOf(id, dots.length, noun, where || undefined, dots)
    for (const d of dots) bundle.set(d.id, b)
  }
  // Where nearly everybody hangs on a set of their own, bundles of those alike leave too much to be read: then there is one
  // for each node that they hang on, and who hangs on two is in both. What is opened has no say in it: a press opens that
  // bundle and leaves the others.
  const closed = new Set([...beside.values()].map(({ dot }) => (bundle.get(dot.id) ?? dot).id))
  const each = new Map<string, Dot>()
  if (closed.size > readable) {
    bundle.clear()
    const hang = new Map<string, Dot[]>()
    for (const { dot, on } of beside.values())
      if (dot.kind !== 'role') for (const id of on) hang.set(id, [...(hang.get(id) ?? []), dot])
    for (const [id, dots] of hang)
      if (dots.length > 2 && !opened.has(`each:${id}`))
        for (const b of [bundleOf(`each:${id}`, dots.length, noun, undefined, dots)])
          for (const d of dots) each.set(`${d.id} ${id}`, b)
  }
  const dots = new Map<string, Dot>()
  const lines = new Map<string, { from: string; to: string; held: Set<Relation> }>()
  const drawn = (d: Dot, other: Dot, relation: Relation) => {
    const b = bundle.get(d.id) ?? each.get(`${d.id} ${as(other.id, relation)}`)
    return b && !opened.has(b.id) ? b : d
  }
  const join = (a: Dot, b: Dot, relation: Relation) => {
    const from = drawn(a, b, relation)
    const to = drawn(b, a, relation)
    dots.set(from.id, from)
    dots.set(to.id, to)
    const id = `${from.id} ${to.id}`
    const line = lines.get(id) ?? { from: from.id, to: to.id, held: new Set() }
    lines.set(id, { ...line, held: line.held.add(relation) })
  }
  for (const w of ways) {
    if (w.role) {
      join(w.from, w.role, 'member')
      join(w.role, w.to, w.relation)
    } else join(w.from, w.to, w.relation)
  }
  return {
    dots: [...dots.values()],
    lines: [...lines.values()].map(({ from, to, held }) => ({
      from,
      to,
      ...(held.has('owner') ? { label: held.has('member') ? 'member and owner' : 'owner' } : {}),
    })),
  }
}
