import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { CircleUser, Keyboard, LogOut, Monitor, UserRoundCheck } from 'lucide-react'
import { message } from '../../api/error'
import { signOut } from '../../api/session'
import type { Me } from '../../api/types'
import { Avatar } from '../../components/Avatar'
import { Menu } from '../../components/Menu'
import { toast } from '../../components/toast'
import { personPath } from '../paths'
import { flush } from '../undo'
import { setTheme } from './theme'

export function AccountMenu({ me, onHelp }: { me: Me | undefined; onHelp: () => void }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const leave = async () => {
    flush()
    try {
      await signOut()
    } catch (error) {
      toast(`You are still signed in. ${message(error)}`, { tone: 'bad' })
      return
    }
    await navigate({ to: '/sign-in' })
    client.clear()
  }
  const name = me?.user.name ?? 'Account'
  return (
    <Menu
      label={`Account of ${name}`}
      face={<Avatar name={name} />}
      className="touch grid size-9 place-items-center rounded-full"
      header={
        me && (
          <>
            <p className="font-medium">{me.user.name}</p>
            <p className="text-[0.8125rem] text-muted">{me.user.email || me.user.login}</p>
          </>
        )
      }
      items={[
        ...(me
          ? [
              {
                label: 'Your profile',
                icon: <CircleUser aria-hidden />,
                onSelect: () => void navigate({ to: personPath(me.user) }),
              },
            ]
          : []),
        {
          label: 'Away: who decides for you',
          icon: <UserRoundCheck aria-hidden />,
          onSelect: () => void navigate({ to: '/away' }),
        },
        { label: 'Theme of the system', icon: <Monitor aria-hidden />, onSelect: () => setTheme('system') },
        { label: 'Keyboard shortcuts', icon: <Keyboard aria-hidden />, onSelect: onHelp },
        'line',
        { label: 'Sign out', icon: <LogOut aria-hidden />, onSelect: () => void leave() },
      ]}
    />
  )
}
