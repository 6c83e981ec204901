import { Dialog } from '@base-ui/react/dialog'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Plus, Search, Sparkles, SunMoon } from 'lucide-react'
import { type ReactNode, useDeferredValue, useEffect, useId, useRef, useState } from 'react'
import { searchQuery } from '../../api/search'
import type { Me } from '../../api/types'
import { Avatar } from '../../components/Avatar'
import { cx } from '../../components/cx'
import { commandKey, Kbd } from '../../components/Kbd'
import { ResourceIcon } from '../../components/ResourceIcon'
import { useAsk } from '../ask/open'
import { useNew } from '../create/open'
import { askTitle, kindWords } from '../names'
import { personPath, requestPath, resourcePath } from '../paths'
import { shownPlaces } from '../shell/places'
import { isDark, setTheme } from '../shell/theme'
import { useTitle } from '../titles'

interface Hit {
  key: string
  group: string
  label: string
  detail?: string
  icon: ReactNode
  run: () => void
  /** With Ctrl or Cmd. */
  second?: { label: string; run: () => void }
}

/** CommandPalette finds places, people, resources and requests, and does things, by typing. */
export default function CommandPalette({
  open,
  onClose,
  me,
}: {
  open: boolean
  onClose: () => void
  me: Me | undefined
}) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-50 bg-scrim" />
        <Dialog.Popup
          aria-label="Search"
          className="fixed inset-x-3 top-3 z-50 mx-auto flex max-h-[min(32rem,calc(100dvh-1.5rem))] max-w-[38.75rem] flex-col overflow-hidden rounded-2xl border border-line bg-raised shadow-pop outline-none md:top-[12vh]"
        >
          <Body onClose={onClose} me={me} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Body({ onClose, me }: { onClose: () => void; me: Me | undefined }) {
  const id = useId()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const { hits, searching } = useHits(typed, me)
  const active = hits[Math.min(at, hits.length - 1)]

  useEffect(() => {
    if (active) document.getElementById(`${id}-${active.key}`)?.scrollIntoView({ block: 'nearest' })
  }, [active, id])

  const choose = (hit: Hit | undefined, second = false) => {
    if (!hit) return
    onClose()
    if (second && hit.second) hit.second.run()
    else hit.run()
  }
  const onKeyDown = (e: React.KeyboardEvent) => {
    const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 }[e.key]
    if (move && hits.length) {
      e.preventDefault()
      const next = at + move
      setAt(
        Math.abs(move) === 1
          ? (next + hits.length) % hits.length
          : Math.max(0, Math.min(hits.length - 1, next)),
      )
    } else if (e.key === 'Enter' && !e.nativeEvent.isComposing) {
      e.preventDefault()
      choose(active, e.ctrlKey || e.metaKey)
    }
  }
  return (
    <>
      <div className="flex items-center gap-3 border-line border-b px-4">
        <Search aria-hidden className="size-4.5 shrink-0 text-muted" />
        <input
          role="combobox"
          aria-label="Search people, resources, requests and actions"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={active ? `${id}-${active.key}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          placeholder="Find people, resources, actions"
          className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none"
          value={typed}
          onChange={(e) => {
            setTyped(e.target.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
        />
        <Dialog.Close className="touch rounded-md px-1 text-muted">
          <Kbd>Esc</Kbd>
          <span className="sr-only">Close</span>
        </Dialog.Close>
      </div>
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label="Found"
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain p-1.5"
      >
        {hits.map((hit, i) => (
          <div key={hit.key} role="presentation">
            {hit.group !== hits[i - 1]?.group && (
              <p role="presentation" className="px-2.5 pt-2 pb-1 font-medium text-muted text-xs">
                {hit.group}
              </p>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the input above holds the focus and its keys choose */}
            {/* biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant marks it */}
            <div
              id={`${id}-${hit.key}`}
              role="option"
              aria-selected={hit === active}
              className={cx(
                'touch flex min-h-10 cursor-pointer items-center gap-3 rounded-lg px-2.5',
                hit === active && 'bg-accent-soft',
              )}
              onMouseMove={() => hit !== active && setAt(i)}
              onClick={(e) => choose(hit, e.ctrlKey || e.metaKey)}
            >
              <span className="grid size-6 shrink-0 place-items-center text-muted [&>svg]:size-4.5">
                {hit.icon}
              </span>
              <span className="min-w-0 truncate font-medium">{hit.label}</span>
              <span className="min-w-0 flex-1 truncate text-muted">{hit.detail}</span>
              {hit === active && hit.second && (
                <span aria-hidden className="hidden shrink-0 items-center gap-1 text-muted text-xs md:flex">
                  {hit.second.label} <Kbd>{`${commandKey} ↵`}</Kbd>
                </span>
              )}
            </div>
          </div>
        ))}
        {hits.length === 0 && (
          <p className="px-3 py-6 text-center text-muted">
            {searching
              ? 'Searching…'
              : `Nothing found for “${typed}”. Try a name, a login or an e-mail address.`}
          </p>
        )}
      </div>
      <p role="status" className="sr-only">
        {typed && !searching ? `${hits.length} found` : ''}
      </p>
    </>
  )
}

function useHits(typed: string, me: Me | undefined): { hits: Hit[]; searching: boolean } {
  const navigate = useNavigate()
  const ask = useAsk()
  const fresh = useNew()
  const title = useTitle()
  const client = useQueryClient()
  const q = useDeferredValue(typed.trim())
  const on = q.length > 0
  const found = useQuery({ ...searchQuery(q), enabled: on })
  const go = (to: string) => () => void navigate({ to })
  const wanted = q.toLowerCase()
  const matches = (label: string) =>
    label
      .toLowerCase()
      .split(/\s+/)
      .some((word) => word.startsWith(wanted)) ||
    (wanted.length > 2 && label.toLowerCase().includes(wanted))

  const hits: Hit[] = [
    { key: 'ask', group: 'Do', label: 'Request access', icon: <Plus aria-hidden />, run: () => ask() },
    {
      key: 'new',
      group: 'Do',
      label: 'Ask for something new',
      icon: <Sparkles aria-hidden />,
      run: () => fresh(),
    },
    {
      key: 'theme',
      group: 'Do',
      label: isDark() ? 'Use the light theme' : 'Use the dark theme',
      icon: <SunMoon aria-hidden />,
      run: () => setTheme(isDark() ? 'light' : 'dark'),
    },
    ...shownPlaces(me).map((p) => ({
      key: `place-${p.key}`,
      group: 'Go to',
      label: p.label,
      icon: <p.icon aria-hidden />,
      run: go(p.to),
    })),
  ].filter((h) => matches(h.label))

  if (on) {
    for (const r of found.data?.resources ?? [])
      hits.push({
        key: r.id,
        group: 'Catalogue',
        label: r.name,
        detail: r.app ? `${kindWords[r.kind]} of ${r.app.name}` : kindWords[r.kind],
        icon: <ResourceIcon kind={r.kind} name={r.name} slug={r.slug} size="sm" />,
        run: go(resourcePath(r)),
        second: { label: 'Request', run: () => ask({ resource: r.slug }) },
      })
    for (const u of found.data?.users ?? [])
      hits.push({
        key: u.id,
        group: 'People',
        label: u.name,
        detail: u.title || u.email || u.login,
        icon: <Avatar name={u.name} size="sm" />,
        run: go(personPath(u)),
      })
    for (const r of found.data?.requests ?? [])
      hits.push({
        key: r.id,
        group: 'Requests',
        label: askTitle(r, title),
        detail: r.state,
        icon: <Avatar name={r.requester.name} size="sm" />,
        run: () => {
          // A list has less of it than its page: shown at once, and read again.
          client.setQueryData(['request', r.id], (old: unknown) => old ?? r, { updatedAt: 0 })
          go(requestPath(r))()
        },
      })
  }
  if (on && !found.isFetching && !(found.data?.resources ?? []).length)
    hits.push({
      key: 'make',
      group: 'Not in the catalogue',
      label: `Ask that “${q}” is made`,
      icon: <Sparkles aria-hidden />,
      run: () => fresh({ name: q }),
    })
  return { hits, searching: on && found.isFetching }
}
