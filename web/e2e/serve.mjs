// Starts the demo server on an empty data directory and removes the directory afterwards.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const port = process.argv[2] ?? '18480'
const binary = process.env.SALLYPORT_BINARY ?? resolve(import.meta.dirname, '../../bin/sallyport')
const data = mkdtempSync(join(tmpdir(), 'sallyport-e2e-'))
const child = spawn(binary, ['serve', '--demo', '--data', data, '--listen', `127.0.0.1:${port}`], {
  stdio: 'inherit',
})
const stop = () => child.kill('SIGTERM')
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
child.on('exit', (code) => {
  rmSync(data, { recursive: true, force: true })
  process.exit(code ?? 0)
})
