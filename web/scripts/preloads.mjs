// Writes dist/preloads.json: for each route the files that the server announces in the Link header.
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { closure, dist, manifest, routes } from './chunks.mjs'

const fonts = Object.values(manifest)
  .map((e) => e.file)
  .concat(Object.values(manifest).flatMap((e) => e.assets ?? []))
  .filter((f) => /inter-latin-wght-normal-[^/]+\.woff2$/.test(f))
const main = closure('index.html')
const out = {}
for (const { path, key } of routes()) {
  const own = closure(key, new Map())
  const shell = path === '/sign-in' ? new Map() : closure('src/modules/shell/Shell.tsx', new Map())
  out[path] = {
    scripts: [
      ...new Set(
        [...shell, ...own].filter(([f, as]) => as === 'script' && !main.has(f)).map(([f]) => `/${f}`),
      ),
    ],
    fonts: [...new Set(fonts)].map((f) => `/${f}`),
  }
}
writeFileSync(resolve(dist, 'preloads.json'), `${JSON.stringify(out, null, 1)}\n`)
