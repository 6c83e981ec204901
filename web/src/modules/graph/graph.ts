// A drawing of access as nodes and edges, from the same paths that the tables show.
import type { Access, Grant, ResourceRef, Subject, UserRef } from '../../api/types'
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
  const bundle = new Map<string, Dot>()
  for (const [id, dots] of alike) {
    if (dots.length <= alone || opened.has(id)) continue
    const noun = many === 'from' ? 'people' : 'things'
    const of = dots.map((d) => d.label)
    const where = dots[0] ? cluster(dots[0]) : ''
    const b: Dot = { id, kind: 'many', label: `${dots.length} ${noun}`, detail: where || undefined, of }
    for (const d of dots) bundle.set(d.id, b)
  }
  const dots = new Map<string, Dot>()
  const lines = new Map<string, Line>()
  const join = (a: Dot, b: Dot) => {
    const from = bundle.get(a.id) ?? a
    const to = bundle.get(b.id) ?? b
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
