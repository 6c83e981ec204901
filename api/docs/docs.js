// Draws /api/openapi.json. Everything goes in as text, never as markup.
'use strict'

const make = (tag, attrs = {}, ...children) => {
  const el = document.createElement(tag)
  for (const [k, v] of Object.entries(attrs)) el.setAttribute(k, v)
  el.append(...children)
  return el
}

const name = (ref) => ref.split('/').pop()

function type(schema) {
  if (!schema) return ''
  if (schema.$ref) return name(schema.$ref)
  const kind = Array.isArray(schema.type) ? schema.type.filter((t) => t !== 'null').join(' or ') : schema.type
  if (kind === 'array') return `list of ${type(schema.items)}`
  if (schema.enum) return schema.enum.filter(Boolean).join(' | ')
  if (schema.format === 'date-time') return 'time'
  if (kind === 'object' && schema.additionalProperties) return `map to ${type(schema.additionalProperties)}`
  return kind || 'any'
}

function table(title, rows) {
  if (rows.length === 0) return []
  const body = rows.map(([field, kind, about]) =>
    make('tr', {}, make('td', {}, make('code', {}, field)), make('td', {}, kind), make('td', {}, about)))
  return [make('h3', {}, title), make('table', {}, make('thead', {}, make('tr', {},
    make('th', { scope: 'col' }, 'Name'), make('th', { scope: 'col' }, 'Type'), make('th', { scope: 'col' }, 'About'))), make('tbody', {}, ...body))]
}

function fields(doc, schema) {
  let s = schema
  if (s?.$ref) s = doc.components.schemas[name(s.$ref)]
  const required = new Set(s?.required ?? [])
  return Object.entries(s?.properties ?? {}).map(([field, p]) => [field, type(p), (required.has(field) ? 'Required. ' : '') + (p.description ?? '')])
}

function draw(doc) {
  const groups = new Map()
  for (const [path, item] of Object.entries(doc.paths))
    for (const [method, op] of Object.entries(item)) {
      const tag = op.tags?.[0] ?? 'other'
      if (!groups.has(tag)) groups.set(tag, [])
      groups.get(tag).push([method.toUpperCase(), path, op])
    }
  const out = []
  for (const [tag, calls] of groups) {
    const items = calls.map(([method, path, op]) => {
      const parts = [make('summary', {}, make('span', { class: 'method' }, method), make('code', {}, path), make('span', { class: 'what' }, op.summary ?? ''))]
      const scope = (op.security ?? []).flatMap((s) => s.token ?? [])
      parts.push(make('p', {}, scope.length ? `A token needs the scope ${scope.join(', ')}.` : 'Any token will do.'))
      parts.push(...table('Parameters', (op.parameters ?? []).map((p) =>
        [p.name, `${type(p.schema)}, in ${p.in}`, (p.required ? 'Required. ' : '') + (p.description ?? p.schema?.description ?? '')])))
      const body = op.requestBody?.content?.['application/json']?.schema
      if (body) parts.push(...table('Body', fields(doc, body)))
      for (const [status, answer] of Object.entries(op.responses ?? {})) {
        if (status >= '300' || status === 'default') continue
        const schema = answer.content?.['application/json']?.schema
        parts.push(...table(`Answer ${status}`, fields(doc, schema)))
        if (!schema) parts.push(make('p', {}, `Answers ${status}.`))
      }
      return make('details', { 'data-find': `${method} ${path} ${op.summary ?? ''} ${op.operationId ?? ''}`.toLowerCase() }, ...parts)
    })
    out.push(make('section', {}, make('h2', {}, tag), ...items))
  }
  const schemas = Object.keys(doc.components?.schemas ?? {}).sort().map((n) =>
    make('details', { 'data-find': `schema ${n}`.toLowerCase() }, make('summary', {}, make('code', {}, n)), ...table('Fields', fields(doc, doc.components.schemas[n]))))
  out.push(make('section', {}, make('h2', {}, 'Types'), ...schemas))
  document.getElementById('calls').replaceChildren(...out)
}

const find = document.getElementById('find')
find.addEventListener('input', () => {
  const q = find.value.trim().toLowerCase()
  for (const section of document.querySelectorAll('#calls section')) {
    let any = false
    for (const d of section.querySelectorAll('details')) {
      d.hidden = q !== '' && !d.dataset.find.includes(q)
      any = any || !d.hidden
    }
    section.hidden = !any
  }
})

fetch('/api/openapi.json')
  .then((r) => {
    if (!r.ok) throw new Error(`the server answered ${r.status}`)
    return r.json()
  })
  .then(draw)
  .catch((e) => document.getElementById('calls').replaceChildren(make('p', { role: 'alert' }, `The document cannot be read: ${e.message}. Load the page again.`)))
