// Starts the demo server on an empty data directory and removes the directory afterwards.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const port = process.argv[2] ?? '18480'
const binary = process.env.SALLYPORT_BINARY ?? resolve(import.meta.dirname, '../../bin/sallyport')
const data = mkdtempSync(join(tmpdir(), 'sallyport-e2e-'))
// What the server says is kept beside the traces of what failed.
const results = resolve(import.meta.dirname, '../test-results')
mkdirSync(results, { recursive: true })
const log = openSync(join(results, 'server.log'), 'w')
const child = spawn(binary, ['serve', '--demo', '--data', data, '--listen', `127.0.0.1:${port}`], {
  stdio: ['ignore', log, log],
})
child.on('error', (e) => console.error(`${binary}: ${e.message}. Run make build first.`))
const stop = () => child.kill('SIGTERM')
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
child.on('exit', (code) => {
  rmSync(data, { recursive: true, force: true })
  process.exit(code ?? 0)
})
