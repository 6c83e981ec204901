// The import rule of the page: pages -> modules -> components -> api, no page imports a page.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../src')
const rank = { api: 0, components: 1, modules: 2, pages: 3 }
const faults = []
for (const file of readdirSync(root, { recursive: true }).filter((f) => /\.tsx?$/.test(f))) {
  const [layer, folder] = file.split('/')
  if (!(layer in rank) || file.includes('.test.')) continue
  const text = readFileSync(join(root, file), 'utf8')
  for (const [, spec] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
    const target = relative(root, resolve(root, dirname(file), spec))
    const [toLayer, toFolder] = target.split('/')
    if (!(toLayer in rank)) {
      if (!target.startsWith('..')) faults.push(`${file}: ${layer} may not import ${target}`)
      continue
    }
    if (rank[toLayer] > rank[layer]) faults.push(`${file}: ${layer} may not import ${target}`)
    if (layer === 'pages' && toLayer === 'pages' && toFolder !== folder)
      faults.push(`${file}: a page may not import another page (${target})`)
  }
}
if (faults.length) {
  console.error(faults.join('\n'))
  process.exit(1)
}
