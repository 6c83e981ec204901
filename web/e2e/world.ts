// What every test in a real browser needs: signing in, and a page that is watched for what must not happen.
import AxeBuilder from '@axe-core/playwright'
import {
  type Browser,
  type BrowserContext,
  test as base,
  expect,
  type Page,
  type Request,
} from '@playwright/test'
import { copy, type Server } from './company'

export type Persona = 'employee' | 'teammate' | 'lead' | 'security' | 'it' | 'owner' | 'auditor' | 'admin'

/** as opens a browser of its own for a persona. */
export async function as(
  browser: Browser,
  login: Persona,
  options: Parameters<Browser['newContext']>[0] = {},
) {
  const context = await browser.newContext(options)
  const answer = await context.request.post('/auth/demo', { data: { login } })
  expect(answer.status(), `sign in as ${login}`).toBe(204)
  const page = await context.newPage()
  watch(page)
  return page
}

const faults = new WeakMap<Page, string[]>()
const asked = new WeakMap<Page, Set<Request>>()

/** watch collects what a page may never do: break the policy, throw, or leave an error in the console. */
export function watch(page: Page) {
  const list: string[] = []
  faults.set(page, list)
  page.on('pageerror', (e) => list.push(`thrown: ${e.message}`))
  page.on('console', (m) => {
    if (m.type() !== 'error') return
    // A refusal of the server is shown by the page; the browser's own line about it is no fault.
    if (/Failed to load resource|net::ERR/.test(m.text())) return
    list.push(`console: ${m.text()}`)
  })
  page.on('crash', () => list.push('the page crashed'))

  const open = new Set<Request>()
  asked.set(page, open)
  // The stream stays open; every other call ends.
  page.on('request', (r) => void (r.resourceType() === 'fetch' && open.add(r)))
  page.on('requestfinished', (r) => void open.delete(r))
  page.on('requestfailed', (r) => void open.delete(r))
}

export function expectNoFaults(page: Page) {
  expect(faults.get(page) ?? []).toEqual([])
}

/** colours are axe's rules that another theme may break; the others read what is there, which a theme leaves as it is. */
const colours = ['color-contrast', 'link-in-text-block']

/** expectAccessible fails on any finding of axe, or of some of its rules, and on a page wider than its window. */
export async function expectAccessible(page: Page, where: string, rules?: string[]) {
  await settled(page)
  // Without frames, axe need not open a page of its own to put what each found together: half of the time. It stays in a
  // page once it is there, and need not tell where it found nothing.
  const there = await page.evaluate(() => 'axe' in window)
  const axe = new AxeBuilder({ page, ...(there ? { axeSource: ';' } : {}) })
    .options({ resultTypes: ['violations'] })
    .setLegacyMode(true)
  const { violations } = await (rules
    ? axe.withRules(rules)
    : axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
  ).analyze()
  const found = violations.map(
    // What was expected and what was seen, beside the element: a colour that is wrong for a moment is found by it.
    (v) =>
      `${v.impact} ${v.id}: ${v.nodes.map((n) => `${n.html.slice(0, 160)} ${n.any.map((c) => c.message).join('; ')}`).join(' | ')}`,
  )
  expect.soft(found, where).toEqual([])
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect.soft(over, `${where} is wider than the window`).toBeLessThanOrEqual(0)
}

/** everyLook runs a check on what is on the screen in light and dark, on a desktop and at phone width. */
export async function everyLook(page: Page, where: string) {
  for (const [size, { viewport }] of [
    ['desktop', desktop],
    ['phone', phone],
  ] as const) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await expectAccessible(
        page,
        `${where}, ${size}, ${colorScheme}`,
        colorScheme === 'dark' ? colours : undefined,
      )
    }
  }
  await page.setViewportSize(desktop.viewport)
}

/** settled waits until every call is answered, what it brought is drawn, and nothing moves. */
export async function settled(page: Page) {
  await page.waitForLoadState('load')
  await expect(page.locator('main')).toBeVisible()
  // An answer may lead to the next call: none may be open for two frames on end.
  for (let quiet = 0; quiet < 2; quiet++) {
    await expect.poll(() => asked.get(page)?.size ?? 0).toBe(0)
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20))))
    if ((asked.get(page)?.size ?? 0) > 0) quiet = -1
  }
  await expect(
    page.locator('[role=status][aria-label^="Loading"], [role=status][aria-label^="Asking"]'),
  ).toHaveCount(0)
  // What is drawn late starts to move late.
  await page.evaluate(async () => {
    for (let moving = document.getAnimations(); moving.length > 0; ) {
      await Promise.all(moving.map((a) => a.finished.catch(() => undefined)))
      moving = document.getAnimations().filter((a) => a.playState === 'running')
    }
  })
}

export interface Api {
  get: <T>(path: string) => Promise<T>
  post: <T>(path: string, body?: unknown) => Promise<T>
}

/** api calls the API with the session of a browser. */
export function api(context: BrowserContext): Api {
  const read = async <T>(answer: Awaited<ReturnType<typeof context.request.get>>): Promise<T> => {
    expect(answer.ok(), `${answer.url()}: ${answer.status()} ${await answer.text()}`).toBe(true)
    return (answer.status() === 204 ? undefined : await answer.json()) as T
  }
  return {
    get: async (path) => read(await context.request.get(`/api/v1${path}`)),
    post: async (path, body) =>
      read(await context.request.post(`/api/v1${path}`, body === undefined ? {} : { data: body })),
  }
}

export const test = base.extend<{ server: Server }>({
  server: async ({ browser }, use, { testId }) => {
    const server = await copy(process.env.SALLYPORT_E2E_DEMO ?? '', testId)
    await use(server)
    // Pages that stay open ask a server that is gone once a second, and those of all tests would together.
    await Promise.all(browser.contexts().map((c) => c.close()))
    await server.stop()
  },
  baseURL: async ({ server }, use) => use(server.url),
  page: async ({ page }, use) => {
    watch(page)
    await use(page)
    expectNoFaults(page)
  },
})
export { expect }

export const desktop = { viewport: { width: 1360, height: 820 } }
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
