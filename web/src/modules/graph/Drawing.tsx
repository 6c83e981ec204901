import dagre from '@dagrejs/dagre'
import { useNavigate } from '@tanstack/react-router'
import {
  Background,
  Controls,
  type Edge,
  Handle,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react'
import { ChevronsUpDown, Users } from 'lucide-react'
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react'
import '@xyflow/react/dist/base.css'
import './drawing.css'
import { Avatar } from '../../components/Avatar'
import { cx } from '../../components/cx'
import { ResourceIcon } from '../../components/ResourceIcon'
import type { Dot, Graph } from './graph'

const wide = 208
const high = 44
/** How the drawing is first seen: whole where that can be read, else its middle. */
const fit = { padding: 0.06, minZoom: 0.85, maxZoom: 1 }

type Placed = Node<{ dot: Dot }, 'dot'>

/** place puts the nodes in columns from left to right, lines crossing as little as may be. */
function place(graph: Graph): { nodes: Placed[]; edges: Edge[] } {
  const g = new dagre.graphlib.Graph()
  g.setGraph({ rankdir: 'LR', nodesep: 10, ranksep: 110, marginx: 16, marginy: 16 })
  g.setDefaultEdgeLabel(() => ({}))
  for (const d of graph.dots) g.setNode(d.id, { width: wide, height: high })
  for (const l of graph.lines) g.setEdge(l.from, l.to)
  // What no line leads to stands among what lines lead to.
  const reached = new Set(graph.lines.flatMap((l) => [l.from, l.to]))
  const free = graph.lines.length > 0 ? graph.dots.filter((d) => !reached.has(d.id)) : []
  if (free.length > 0) g.setNode('nobody', { width: wide, height: 0 })
  for (const d of free) g.setEdge('nobody', d.id)
  dagre.layout(g)
  const nodes = graph.dots.map((dot): Placed => {
    const { x, y } = g.node(dot.id)
    return {
      id: dot.id,
      type: 'dot',
      position: { x: x - wide / 2, y: y - high / 2 },
      data: { dot },
      width: wide,
      height: high,
    }
  })
  nodes.sort((a, b) => a.position.x - b.position.x || a.position.y - b.position.y) // as Tab goes
  const edges = graph.lines.map(
    (l): Edge => ({ id: `${l.from} ${l.to}`, source: l.from, target: l.to, label: l.label }),
  )
  return { nodes, edges }
}

interface Hand {
  near: ReadonlySet<string> | null
  point: (id: string | null) => void
  open: (bundle: Dot) => void
  /** The node that takes the focus, once. */
  next: string | null
  took: () => void
}
const Hands = createContext<Hand>({
  near: null,
  point: () => undefined,
  open: () => undefined,
  next: null,
  took: () => undefined,
})

export interface DrawingProps {
  graph: Graph
  label: string
  onOpen: (bundle: Dot) => void
  /** The first of these to be drawn takes the focus, each time that other ones are named. */
  focus?: readonly string[]
}

/**
 * Drawing draws access from left to right. Tab goes from node to node, column by column, and brings each into sight; Enter
 * follows it, or opens a bundle, whose first then has the focus. What hangs together with the pointed node stands out. The
 * table beside it says the same.
 */
export default function Drawing(props: DrawingProps) {
  return (
    <ReactFlowProvider>
      <Inner {...props} />
    </ReactFlowProvider>
  )
}

function Inner({ graph, label, onOpen, focus }: DrawingProps) {
  const placed = useMemo(() => place(graph), [graph])
  const [pointed, point] = useState<string | null>(null)
  const flow = useReactFlow()
  const near = useMemo(() => (pointed ? connected(graph, pointed) : null), [graph, pointed])
  const [next, setNext] = useState<string | null>(null)
  const asked = useRef(focus)
  useEffect(() => {
    // The node that takes the focus brings itself into sight.
    const first = focus === asked.current ? undefined : placed.nodes.find((n) => focus?.includes(n.id))
    asked.current = focus
    if (first) setNext(first.id)
    else if (placed.nodes.length) void flow.fitView(fit)
  }, [placed, flow, focus])
  const took = useCallback(() => setNext(null), [])
  const hand = useMemo(() => ({ near, point, open: onOpen, next, took }), [near, onOpen, next, took])
  const edges = useMemo(
    () =>
      placed.edges.map((e) => ({
        ...e,
        className: near ? (near.has(e.source) && near.has(e.target) ? 'line-near' : 'line-far') : undefined,
      })),
    [placed, near],
  )
  const height = Math.min(720, Math.max(260, (placed.nodes.length * (high + 10)) / 2))
  return (
    <section
      aria-label={label}
      className="overflow-hidden rounded-lg border border-line bg-surface shadow-card"
      style={{ height }}
    >
      <Hands value={hand}>
        <ReactFlow
          nodes={placed.nodes}
          edges={edges}
          nodeTypes={types}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          minZoom={0.1}
          maxZoom={1.5}
          fitView
          fitViewOptions={fit}
          zoomOnScroll={false}
          preventScrolling={false}
          panOnScroll={false}
        >
          <Background gap={20} size={1} />
          <Controls showInteractive={false} />
        </ReactFlow>
      </Hands>
    </section>
  )
}

/** connected is all that leads to a node, and all that it leads to. */
function connected(graph: Graph, id: string): Set<string> {
  const out = new Set([id])
  const walk = (at: string, from: 'from' | 'to', to: 'from' | 'to') => {
    for (const l of graph.lines)
      if (l[from] === at && !out.has(l[to])) {
        out.add(l[to])
        walk(l[to], from, to)
      }
  }
  walk(id, 'from', 'to')
  walk(id, 'to', 'from')
  return out
}

function DotNode({ data: { dot }, positionAbsoluteX: x, positionAbsoluteY: y }: NodeProps<Placed>) {
  const { near, point, open, next, took } = useContext(Hands)
  const self = useRef<HTMLAnchorElement & HTMLButtonElement>(null)
  useEffect(() => {
    if (next !== dot.id) return
    self.current?.focus({ preventScroll: true })
    took()
  }, [next, dot.id, took])
  const navigate = useNavigate()
  const flow = useReactFlow()
  const look = cx(
    // React Flow takes the pointer from nodes that are neither dragged nor selected.
    'nopan pointer-events-auto flex h-11 w-52 items-center gap-2 rounded-md border bg-raised px-2 text-left text-[0.8125rem] text-ink shadow-card transition-opacity hover:bg-hover',
    dot.kind === 'role' ? 'border-accent' : 'border-line',
    dot.of && 'border-dashed',
    near && !near.has(dot.id) && 'opacity-30',
  )
  const inside = (
    <>
      {dot.kind === 'person' ? (
        <Avatar name={dot.label} size="sm" />
      ) : dot.of ? (
        <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-muted" />
      ) : dot.kind === 'many' ? (
        <Users aria-hidden className="size-4 shrink-0 text-muted" />
      ) : (
        <ResourceIcon kind={dot.kind === 'role' ? 'role' : 'app'} name={dot.label} slug={dot.id} size="sm" />
      )}
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{dot.label}</span>
        {dot.detail && <span className="block truncate text-[0.75rem] text-muted">{dot.detail}</span>}
      </span>
    </>
  )
  const point_ = {
    onMouseEnter: () => point(dot.id),
    onMouseLeave: () => point(null),
    onFocus: () => {
      point(dot.id)
      void flow.setCenter(x + wide / 2, y + high / 2, { zoom: Math.max(flow.getZoom(), 0.7), duration: 150 })
    },
    onBlur: () => point(null),
  }
  return (
    <>
      <Handle type="target" position={Position.Left} />
      {dot.of ? (
        <button
          ref={self}
          type="button"
          className={look}
          title={[...dot.of.slice(0, 20).map((d) => d.label), ...(dot.of.length > 20 ? ['…'] : [])].join(
            ', ',
          )}
          aria-label={`${dot.label}${dot.detail ? `, ${dot.detail}` : ''}: show each`}
          onClick={() => open(dot)}
          {...point_}
        >
          {inside}
        </button>
      ) : (
        <a
          ref={self}
          className={look}
          href={dot.to}
          title={dot.label}
          onClick={(e) => {
            if (e.metaKey || e.ctrlKey || !dot.to) return
            e.preventDefault()
            void navigate({ href: dot.to })
          }}
          {...point_}
        >
          {inside}
        </a>
      )}
      <Handle type="source" position={Position.Right} />
    </>
  )
}

const types = { dot: DotNode }
