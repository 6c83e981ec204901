import { defineConfig } from '@playwright/test'

// The suite runs against the real binary. SALLYPORT_URL names a running server; without it one is started.
// A port of its own for each run; the workers inherit the choice.
process.env.SALLYPORT_E2E_PORT ??= String(18_100 + (process.pid % 1800))
const port = Number(process.env.SALLYPORT_E2E_PORT)
const url = process.env.SALLYPORT_URL ?? `http://127.0.0.1:${port}`

export default defineConfig({
  testDir: 'e2e',
  testMatch: '*.spec.ts',
  timeout: 30_000,
  workers: 1,
  fullyParallel: false,
  reporter: process.env.CI ? 'line' : 'list',
  use: {
    baseURL: url,
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.SALLYPORT_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    },
  },
  webServer: process.env.SALLYPORT_URL
    ? undefined
    : {
        command: `node e2e/serve.mjs ${port}`,
        url: `${url}/readyz`,
        timeout: 60_000,
        reuseExistingServer: false,
      },
})
