// What the build made, read from Vite's manifest: which files a page needs for its first view.
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '..')
export const dist = resolve(root, 'dist')
export const manifest = JSON.parse(readFileSync(resolve(dist, '.vite/manifest.json'), 'utf8'))

// closure returns all files of a manifest entry: its own, and those of its static imports.
export function closure(key, seen = new Map()) {
  const entry = manifest[key]
  if (!entry) throw new Error(`the manifest has no entry ${key}`)
  if (seen.has(entry.file)) return seen
  seen.set(entry.file, 'script')
  for (const css of entry.css ?? []) seen.set(css, 'style')
  for (const key of entry.imports ?? []) closure(key, seen)
  return seen
}

// routes reads the address and the page file of each route out of the router.
export function routes() {
  const text = readFileSync(resolve(root, 'src/router.tsx'), 'utf8')
  const found = [...text.matchAll(/path: '([^']+)',[^}]*?import\('\.\/([^']+)'\)/g)].map(
    ([, path, file]) => ({
      path,
      key: `src/${file}.tsx`,
    }),
  )
  if (found.length < 3) throw new Error('src/router.tsx: the routes were not recognised')
  return found
}

// files lists what lies below a folder and ends in one of the given ways, by path relative to it.
export function files(folder, ends) {
  return readdirSync(folder, { recursive: true })
    .map((f) => f.replaceAll('\\', '/'))
    .filter((f) => ends.some((end) => f.endsWith(end)))
    .sort()
}
