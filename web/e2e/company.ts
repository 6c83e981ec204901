// A company of its own for every test: the demo is made once, and each test starts the real binary on a copy of it.
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** binary is what is tested. */
export const binary = process.env.SALLYPORT_BINARY ?? resolve(import.meta.dirname, '../../bin/sallyport')
const results = resolve(import.meta.dirname, '../test-results')

export interface Server {
  url: string
  stop: () => Promise<void>
}

/** start runs the binary on a data directory, on a port that the system picks, until it says that it is ready. */
export async function start(data: string, log: string): Promise<Server> {
  // What the server says is kept beside the traces of what failed.
  mkdirSync(results, { recursive: true })
  const errors = openSync(join(results, log), 'w')
  const child = spawn(binary, ['serve', '--demo', '--data', data, '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', errors],
  })
  return { url: await ready(child), stop: () => stopped(child) }
}

function ready(child: ChildProcess) {
  return new Promise<string>((done, fail) => {
    let said = ''
    child.on('error', (e) => fail(new Error(`${binary}: ${e.message}. Run make build first.`)))
    child.on('exit', (code) => fail(new Error(`${binary} ended with ${code}: ${said}`)))
    child.stdout?.on('data', (text) => {
      said += text
      const url = /ready at (http:\S+)/.exec(said)?.[1]
      if (url) done(url)
    })
  })
}

function stopped(child: ChildProcess) {
  return new Promise<void>((done) => {
    if (child.exitCode !== null) return done()
    child.on('exit', () => done())
    child.kill('SIGTERM')
  })
}

/** directory is an empty one that goes with whoever asked for it. */
export function directory(name: string) {
  const path = mkdtempSync(join(tmpdir(), `sallyport-e2e-${name}-`))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** copy starts a server on a copy of what make left. */
export async function copy(from: string, name: string) {
  const data = directory(name)
  cpSync(from, data.path, { recursive: true })
  const server = await start(data.path, `server-${name}.log`)
  return {
    url: server.url,
    stop: async () => {
      await server.stop()
      data.remove()
    },
  }
}

/** make is Playwright's global set-up: the demo company as it is before anybody did anything. */
export default async function make() {
  const data = directory('demo')
  const server = await start(data.path, 'server-demo.log')
  await server.stop()
  process.env.SALLYPORT_E2E_DEMO = data.path
  return data.remove
}
