// All addresses of the page. Each page is its own file of the build, fetched when it is needed or about to be.
import type { QueryClient } from '@tanstack/react-query'
import type { RouterHistory } from '@tanstack/react-router'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { ErrorState } from './components/ErrorState'

interface Context {
  client: QueryClient
}
/** Search parameters are plain text, so that addresses read well; each page reads those it knows. */
export type Search = Record<string, string | undefined>
const search = (given: Record<string, unknown>): Search =>
  Object.fromEntries(Object.entries(given).map(([k, v]) => [k, v === undefined ? undefined : String(v)]))

const root = createRootRouteWithContext<Context>()({
  validateSearch: search,
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('./pages/sign-in/SignInPage'), 'SignInPage'),
})

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: lazyRouteComponent(() => import('./modules/shell/Shell'), 'Shell'),
})

const home = createRoute({
  getParentRoute: () => shell,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/home/HomePage'), 'HomePage'),
})

const approvals = createRoute({
  getParentRoute: () => shell,
  path: '/approvals',
  component: lazyRouteComponent(() => import('./pages/approvals/ApprovalsPage'), 'ApprovalsPage'),
})

const request = createRoute({
  getParentRoute: () => shell,
  path: '/requests/$id',
  component: lazyRouteComponent(() => import('./pages/request/RequestPage'), 'RequestPage'),
})

const requests = createRoute({
  getParentRoute: () => shell,
  path: '/requests',
  component: lazyRouteComponent(() => import('./pages/requests/RequestsPage'), 'RequestsPage'),
})

const messages = createRoute({
  getParentRoute: () => shell,
  path: '/messages',
  component: lazyRouteComponent(() => import('./pages/messages/MessagesPage'), 'MessagesPage'),
})

const away = createRoute({
  getParentRoute: () => shell,
  path: '/away',
  component: lazyRouteComponent(() => import('./pages/away/AwayPage'), 'AwayPage'),
})

const elsewhere = createRoute({
  getParentRoute: () => shell,
  path: '/$',
  component: lazyRouteComponent(() => import('./pages/notfound/NotFoundPage'), 'NotFoundPage'),
})

const tree = root.addChildren([
  signIn,
  shell.addChildren([home, approvals, requests, request, messages, away, elsewhere]),
])

/** makeRouter makes the router; `history` replaces the browser's own in tests. */
export function makeRouter(client: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree: tree,
    context: { client },
    ...(history ? { history } : {}),
    defaultPreload: 'intent',
    defaultPreloadDelay: 30,
    defaultPendingMs: 150,
    scrollRestoration: true,
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (values) => {
      const params = new URLSearchParams()
      for (const [key, value] of Object.entries(values))
        if (value !== undefined && value !== '') params.set(key, String(value))
      const text = params.toString()
      return text ? `?${text}` : ''
    },
    defaultErrorComponent: ({ error, reset }) => <ErrorState error={error} onRetry={reset} />,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
