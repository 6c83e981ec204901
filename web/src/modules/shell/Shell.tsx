import { useQueryClient } from '@tanstack/react-query'
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { Suspense, useEffect, useRef, useState } from 'react'
import { listen } from '../../api/stream'
import { loadDialog } from '../../components/Dialog'
import { later } from '../../components/later'
import { useShortcuts } from '../../components/shortcuts'
import { Toaster } from '../../components/Toaster'
import { setAsk, useAskParam } from '../ask/open'
import { setNew, useNewParam } from '../create/open'
import { useMe } from '../me'
import { flush, undo } from '../undo'
import { BottomBar } from './BottomBar'
import { OfflineBanner } from './OfflineBanner'
import { shownPlaces } from './places'
import { Sidebar } from './Sidebar'
import { TopBar } from './TopBar'
import { useZone } from './zone'

const CommandPalette = later(async () => (await import('../palette/CommandPalette')).default)
const AskDialog = later(async () => (await import('../ask/AskDialog')).default)
const NewDialog = later(async () => (await import('../create/NewDialog')).default)
const HelpSheet = later(async () => (await import('./HelpSheet')).default)

/** Shell is the frame around every page but the sign-in: places, search, account, messages, keys, live updates. */
export function Shell() {
  const me = useMe()
  const zone = useZone()
  const client = useQueryClient()
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const ask = useAskParam()
  const main = useRef<HTMLElement>(null)
  const [linked, setLinked] = useState(true)
  const [palette, setPalette] = useState<'never' | 'open' | 'closed'>('never')
  const [help, setHelp] = useState(false)
  const asked = useRef(false)
  if (ask) asked.current = true
  const fresh = useNewParam()
  const wanted = useRef(false)
  if (fresh) wanted.current = true

  useEffect(() => listen(client, setLinked), [client])

  // Not for the first view: nothing goes away before somebody presses it.
  useEffect(() => {
    const ended = new AbortController()
    void import('../../components/keepFocus').then((m) => m.keepFocus(ended.signal))
    return () => ended.abort()
  }, [])

  // Another page: what is held is sent, and the reader starts at the top of the new one.
  const before = useRef(pathname)
  useEffect(() => {
    if (before.current === pathname) return
    before.current = pathname
    flush()
    main.current?.focus({ preventScroll: true })
  }, [pathname])

  // What is opened by a press is fetched when the browser has nothing else to do.
  useEffect(() => {
    const nav = navigator as Navigator & { connection?: { saveData?: boolean } }
    if (nav.connection?.saveData || typeof requestIdleCallback === 'undefined') return
    const handle = requestIdleCallback(() => {
      void loadDialog()
      void CommandPalette.preload()
      void AskDialog.preload()
    })
    return () => cancelIdleCallback(handle)
  }, [])

  const openPalette = () => setPalette('open')
  const search = [
    { keys: 'mod+k', label: 'Search people, resources and actions', run: openPalette },
    { keys: '/', label: 'Search', run: openPalette },
  ]
  useShortcuts('Everywhere', [
    ...search,
    ...shownPlaces(me).map((p) => ({
      keys: `g ${p.key}`,
      label: `Go to ${p.label}`,
      run: () => void navigate({ to: p.to }),
    })),
    { keys: 'n', label: 'Request access', run: () => setAsk(navigate, {}) },
    { keys: 'f', label: 'Filter this page', run: focusFilter },
    { keys: 'z', label: 'Undo', run: () => void undo() },
    { keys: '?', label: 'Show these keys', run: () => setHelp(true) },
  ])

  return (
    <div className="min-h-dvh md:grid md:grid-cols-[13.75rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="-translate-y-20 fixed top-2 left-2 z-50 rounded-md bg-accent px-3 py-2 text-on-accent focus:translate-y-0"
      >
        Skip to content
      </a>
      <Sidebar me={me} />
      <div className="flex min-w-0 flex-col">
        <TopBar me={me} onSearch={openPalette} onHelp={() => setHelp(true)} />
        <OfflineBanner linked={linked} />
        <main ref={main} id="main" tabIndex={-1} className="flex-1 pb-20 outline-none md:pb-0">
          <Suspense fallback={null}>{zone && <Outlet key={zone} />}</Suspense>
        </main>
      </div>
      <BottomBar me={me} />
      <Toaster />
      {palette !== 'never' && (
        <CommandPalette open={palette === 'open'} onClose={() => setPalette('closed')} me={me} />
      )}
      {help && <HelpSheet onClose={() => setHelp(false)} />}
      {wanted.current && <NewDialog param={fresh} onClose={() => setNew(navigate, null)} />}
      {asked.current && <AskDialog ask={ask} onClose={() => setAsk(navigate, null)} />}
    </div>
  )
}

function focusFilter() {
  document.querySelector<HTMLInputElement>('main [data-filter]')?.focus()
}
