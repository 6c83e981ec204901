import { Link } from '@tanstack/react-router'
import { Bell, Moon, Search, Sun } from 'lucide-react'
import type { Me } from '../../api/types'
import { IconButton } from '../../components/Button'
import { Count } from '../../components/Count'
import { commandKey, Kbd } from '../../components/Kbd'
import { AccountMenu } from './AccountMenu'
import { Logo } from './Logo'
import { setTheme, useDark } from './theme'

export function TopBar({
  me,
  onSearch,
  onHelp,
}: {
  me: Me | undefined
  onSearch: () => void
  onHelp: () => void
}) {
  const dark = useDark()
  const unread = me?.counts.inbox ?? 0
  return (
    <header className="sticky top-0 z-20 flex h-14 items-center gap-2 border-line border-b bg-canvas/95 px-4 backdrop-blur md:px-6">
      <Link
        to="/"
        aria-label="Sallyport, home"
        className="touch -ml-1 grid place-items-center rounded-md p-1 md:hidden"
      >
        <Logo className="size-7" />
      </Link>
      <button
        type="button"
        onClick={onSearch}
        className="touch flex min-h-9 min-w-0 flex-1 items-center gap-2.5 rounded-lg border border-line bg-surface px-3 text-left text-muted shadow-card hover:border-edge md:max-w-[21.25rem]"
      >
        <Search aria-hidden className="size-4 shrink-0" />
        <span className="min-w-0 flex-1 truncate">Find people, resources, actions</span>
        <span aria-hidden className="hidden gap-1 md:flex">
          <Kbd>{`${commandKey} K`}</Kbd>
        </span>
      </button>
      <div className="flex-1 max-md:hidden" />
      <IconButton
        label={dark ? 'Use the light theme' : 'Use the dark theme'}
        onClick={() => setTheme(dark ? 'light' : 'dark')}
      >
        {dark ? <Sun aria-hidden className="size-4.5" /> : <Moon aria-hidden className="size-4.5" />}
      </IconButton>
      <Link
        to="/messages"
        aria-label={unread ? `Messages, ${unread} unread` : 'Messages'}
        title="Messages"
        className="touch relative grid size-9 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink"
      >
        <Bell aria-hidden className="size-4.5" />
        {unread > 0 && (
          <span aria-hidden className="absolute -top-0.5 left-[calc(50%+0.1rem)] flex scale-85">
            <Count value={unread} strong />
          </span>
        )}
      </Link>
      <AccountMenu me={me} onHelp={onHelp} />
    </header>
  )
}
