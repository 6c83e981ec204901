// Fails the build when a page needs more compressed script for its first view than it may.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { closure, dist, routes } from './chunks.mjs'

const budget = { script: 150_000, style: 20_000 }
const sizes = new Map()
const size = (file) => {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(resolve(dist, file)), { level: 9 }).length)
  return sizes.get(file)
}
let failed = false
for (const { path, key } of routes()) {
  const files = closure('index.html')
  if (path !== '/sign-in') closure('src/modules/shell/Shell.tsx', files)
  closure(key, files)
  const total = { script: 0, style: 0 }
  for (const [file, as] of files) total[as] += size(file)
  const over = total.script > budget.script || total.style > budget.style
  failed ||= over
  const kb = (n) => `${(n / 1000).toFixed(1)} kB`
  console.log(
    `${over ? 'OVER' : 'ok  '} ${path.padEnd(28)} script ${kb(total.script)}  style ${kb(total.style)}`,
  )
}
if (failed) {
  console.error(
    `A first view may need ${budget.script / 1000} kB of script and ${budget.style / 1000} kB of style (gzip).`,
  )
  process.exit(1)
}
