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

const catalogue = createRoute({
  getParentRoute: () => shell,
  path: '/catalogue',
  component: lazyRouteComponent(() => import('./pages/catalogue/CataloguePage'), 'CataloguePage'),
})

const resource = createRoute({
  getParentRoute: () => shell,
  path: '/catalogue/$id',
  component: lazyRouteComponent(() => import('./pages/resource/ResourcePage'), 'ResourcePage'),
})

const access = createRoute({
  getParentRoute: () => shell,
  path: '/access',
  component: lazyRouteComponent(() => import('./pages/access/AccessPage'), 'AccessPage'),
})

const people = createRoute({
  getParentRoute: () => shell,
  path: '/people',
  component: lazyRouteComponent(() => import('./pages/people/PeoplePage'), 'PeoplePage'),
})

const person = createRoute({
  getParentRoute: () => shell,
  path: '/people/$id',
  component: lazyRouteComponent(() => import('./pages/person/PersonPage'), 'PersonPage'),
})

const tasks = createRoute({
  getParentRoute: () => shell,
  path: '/tasks',
  component: lazyRouteComponent(() => import('./pages/tasks/TasksPage'), 'TasksPage'),
})

const task = createRoute({
  getParentRoute: () => shell,
  path: '/tasks/$id',
  component: lazyRouteComponent(() => import('./pages/tasks/TaskPage'), 'TaskPage'),
})

const admin = createRoute({
  getParentRoute: () => shell,
  path: '/admin',
  component: lazyRouteComponent(() => import('./pages/admin/AdminPage'), 'AdminPage'),
})

const adminCatalogue = createRoute({
  getParentRoute: () => shell,
  path: '/admin/catalogue',
  component: lazyRouteComponent(() => import('./pages/admin/CatalogueAdmin'), 'CatalogueAdmin'),
})

const newResource = createRoute({
  getParentRoute: () => shell,
  path: '/admin/catalogue/new',
  component: lazyRouteComponent(() => import('./pages/admin/NewResource'), 'NewResource'),
})

const connections = createRoute({
  getParentRoute: () => shell,
  path: '/admin/connections',
  component: lazyRouteComponent(() => import('./pages/admin/ConnectionsAdmin'), 'ConnectionsAdmin'),
})

const newConnection = createRoute({
  getParentRoute: () => shell,
  path: '/admin/connections/new',
  component: lazyRouteComponent(() => import('./pages/admin/NewConnection'), 'NewConnection'),
})

const connection = createRoute({
  getParentRoute: () => shell,
  path: '/admin/connections/$id',
  component: lazyRouteComponent(() => import('./pages/admin/ConnectionPage'), 'ConnectionPage'),
})

const tags = createRoute({
  getParentRoute: () => shell,
  path: '/admin/tags',
  component: lazyRouteComponent(() => import('./pages/admin/TagsAdmin'), 'TagsAdmin'),
})

const adminRoles = createRoute({
  getParentRoute: () => shell,
  path: '/admin/roles',
  component: lazyRouteComponent(() => import('./pages/admin/RolesAdmin'), 'RolesAdmin'),
})

const adminOrphans = createRoute({
  getParentRoute: () => shell,
  path: '/admin/orphans',
  component: lazyRouteComponent(() => import('./pages/admin/OrphansAdmin'), 'OrphansAdmin'),
})

const adminHolidays = createRoute({
  getParentRoute: () => shell,
  path: '/admin/holidays',
  component: lazyRouteComponent(() => import('./pages/admin/HolidaysAdmin'), 'HolidaysAdmin'),
})

const adminCreation = createRoute({
  getParentRoute: () => shell,
  path: '/admin/new-things',
  component: lazyRouteComponent(() => import('./pages/admin/CreationAdmin'), 'CreationAdmin'),
})

const reorganize = createRoute({
  getParentRoute: () => shell,
  path: '/roles/new',
  component: lazyRouteComponent(() => import('./pages/roles/ReorganizePage'), 'ReorganizePage'),
})

const compare = createRoute({
  getParentRoute: () => shell,
  path: '/compare',
  component: lazyRouteComponent(() => import('./pages/compare/ComparePage'), 'ComparePage'),
})

const importPeople = createRoute({
  getParentRoute: () => shell,
  path: '/admin/import',
  component: lazyRouteComponent(() => import('./pages/admin/ImportPage'), 'ImportPage'),
})

const audit = createRoute({
  getParentRoute: () => shell,
  path: '/admin/audit',
  component: lazyRouteComponent(() => import('./pages/audit/AuditPage'), 'AuditPage'),
})

const history = createRoute({
  getParentRoute: () => shell,
  path: '/history',
  component: lazyRouteComponent(() => import('./pages/reports/HistoryPage'), 'HistoryPage'),
})

const evidence = createRoute({
  getParentRoute: () => shell,
  path: '/evidence',
  component: lazyRouteComponent(() => import('./pages/reports/EvidencePage'), 'EvidencePage'),
})

const tokens = createRoute({
  getParentRoute: () => shell,
  path: '/admin/tokens',
  component: lazyRouteComponent(() => import('./pages/admin/TokensAdmin'), 'TokensAdmin'),
})

const sessions = createRoute({
  getParentRoute: () => shell,
  path: '/admin/sessions',
  component: lazyRouteComponent(() => import('./pages/admin/SessionsAdmin'), 'SessionsAdmin'),
})

const rights = createRoute({
  getParentRoute: () => shell,
  path: '/admin/rights',
  component: lazyRouteComponent(() => import('./pages/admin/RightsAdmin'), 'RightsAdmin'),
})

const elsewhere = createRoute({
  getParentRoute: () => shell,
  path: '/$',
  component: lazyRouteComponent(() => import('./pages/notfound/NotFoundPage'), 'NotFoundPage'),
})

const tree = root.addChildren([
  signIn,
  shell.addChildren([
    home,
    approvals,
    requests,
    request,
    messages,
    away,
    catalogue,
    resource,
    access,
    people,
    person,
    tasks,
    task,
    admin,
    adminCatalogue,
    newResource,
    connections,
    newConnection,
    connection,
    tags,
    adminRoles,
    adminOrphans,
    adminHolidays,
    adminCreation,
    reorganize,
    compare,
    importPeople,
    audit,
    history,
    evidence,
    tokens,
    sessions,
    rights,
    elsewhere,
  ]),
])

/** makeRouter makes the router; `browser` replaces the browser's own in tests. */
export function makeRouter(client: QueryClient, browser?: RouterHistory) {
  return createRouter({
    routeTree: tree,
    context: { client },
    ...(browser ? { history: browser } : {}),
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
