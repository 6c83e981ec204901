// Puts a .br and a .gz beside each file that gets smaller by it.
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { dist, files } from './chunks.mjs'

for (const name of files(resolve(dist, 'assets'), ['.js', '.css', '.svg'])) {
  const file = resolve(dist, 'assets', name)
  const raw = readFileSync(file)
  if (raw.length < 600) continue
  const br = brotliCompressSync(raw, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length },
  })
  const gz = gzipSync(raw, { level: 9 })
  if (br.length < raw.length) writeFileSync(`${file}.br`, br)
  if (gz.length < raw.length) writeFileSync(`${file}.gz`, gz)
}
