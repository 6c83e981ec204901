// A drawing of access as nodes and edges, from the same paths that the tables show.
import type { Access, Grant, ResourceRef, Subject, UserRef } from '../../api/types'
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
  of?: readonly string[]
}
export interface Line {
  from: string
  to: string
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
        }))
      : [],
  )
  return draw(ways, 'from', opened)
}

/** roleGraph: people → the role → what it gives. */
export function roleGraph(
  role: ResourceRef,
  members: readonly Access[],
  gives: readonly Grant[],
  opened: ReadonlySet<string>,
): Graph {
  const mid = thing(role)
  const left = draw(
    members.flatMap((a): Way[] => (a.user ? [{ from: person(a.user), to: mid }] : [])),
    'from',
    opened,
  )
  const right = draw(
    gives.map((g): Way => ({ from: mid, to: thing(g.resource) })),
    'to',
    opened,
  )
  const dots = new Map([mid, ...left.dots, ...right.dots].map((d) => [d.id, d]))
  return { dots: [...dots.values()], lines: [...left.lines, ...right.lines] }
}

/** appGraph: who holds what in an app, people and roles alike. */
export function appGraph(grants: readonly Grant[], opened: ReadonlySet<string>): Graph {
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
    return { from: holder, to: thing(g.resource) }
  })
  return draw(ways, 'from', opened)
}

/** So many alike are drawn one by one; more become a bundle that opens. */
const alone = 8

/** With more than so many on the side of many, they are bundled by what they hang on. */
const readable = 90

const bundleOf = (id: string, dots: readonly Dot[], noun: string, detail?: string): Dot => ({
  id,
  kind: 'many',
  label: `${number(dots.length)} ${noun}`,
  detail,
  of: dots.map((d) => d.label),
})

/** draw makes nodes and edges of ways. Those on the side of many that hang on the same are bundled. */
function draw(
  ways: readonly Way[],
  many: 'from' | 'to',
  opened: ReadonlySet<string>,
  cluster: (d: Dot) => string = () => '',
): Graph {
  const beside = new Map<string, { dot: Dot; on: Set<string> }>()
  for (const w of ways) {
    const dot = w[many]
    const other = w.role ?? w[many === 'from' ? 'to' : 'from']
    const known = beside.get(dot.id) ?? { dot, on: new Set<string>() }
    known.on.add(other.id)
    beside.set(dot.id, known)
  }
  const alike = new Map<string, Dot[]>()
  for (const { dot, on } of beside.values()) {
    if (dot.kind === 'role') continue
    const key = `many:${[...on].sort().join('+')}:${cluster(dot)}`
    alike.set(key, [...(alike.get(key) ?? []), dot])
  }
  const noun = many === 'from' ? 'people' : 'things'
  const bundle = new Map<string, Dot>()
  for (const [id, dots] of alike) {
    if (dots.length <= alone || opened.has(id)) continue
    const where = dots[0] ? cluster(dots[0]) : ''
    const b = bundleOf(id, dots, noun, where || undefined)
    for (const d of dots) bundle.set(d.id, b)
  }
  // Where nearly everybody hangs on a set of their own, bundles of those alike leave too much to be read: then there is one
  // for each node that they hang on, and who hangs on two is in both.
  const drawn = new Set([...beside.values()].map(({ dot }) => (bundle.get(dot.id) ?? dot).id))
  const each = new Map<string, Dot>()
  if (drawn.size > readable) {
    bundle.clear()
    const hang = new Map<string, Dot[]>()
    for (const { dot, on } of beside.values())
      if (dot.kind !== 'role') for (const id of on) hang.set(id, [...(hang.get(id) ?? []), dot])
    for (const [id, dots] of hang)
      if (dots.length > 2 && !opened.has(`each:${id}`))
        for (const b of [bundleOf(`each:${id}`, dots, noun)])
          for (const d of dots) each.set(`${d.id} ${id}`, b)
  }
  const dots = new Map<string, Dot>()
  const lines = new Map<string, Line>()
  const join = (a: Dot, b: Dot) => {
    const from = bundle.get(a.id) ?? each.get(`${a.id} ${b.id}`) ?? a
    const to = bundle.get(b.id) ?? each.get(`${b.id} ${a.id}`) ?? b
    dots.set(from.id, from)
    dots.set(to.id, to)
    lines.set(`${from.id} ${to.id}`, { from: from.id, to: to.id })
  }
  for (const w of ways) {
    if (w.role) {
      join(w.from, w.role)
      join(w.role, w.to)
    } else join(w.from, w.to)
  }
  return { dots: [...dots.values()], lines: [...lines.values()] }
}
