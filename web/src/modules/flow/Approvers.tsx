import { Briefcase, Crown, Network, Plus, ShieldCheck, UserRound, Users, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Button } from '../../components/Button'
import type { ComboboxItem } from '../../components/Combobox'
import type { ControlProps } from '../../components/Field'
import { Select } from '../../components/Select'
import { PersonPicker, ResourcePicker } from '../pickers'
import { approverWords, generic } from './flow'

const icons: Record<string, ReactNode> = {
  manager: <Network aria-hidden />,
  manager_of_manager: <Network aria-hidden />,
  owners: <Crown aria-hidden />,
  app_owners: <Crown aria-hidden />,
  admins: <ShieldCheck aria-hidden />,
  user: <UserRound aria-hidden />,
  group: <Users aria-hidden />,
  role: <Briefcase aria-hidden />,
}
const icon = (expr: string) => icons[expr] ?? icons[expr.split(':', 1)[0] ?? ''] ?? icons.user

/** Approvers is a list of who may decide, and ways to add to it. */
export function Approvers({
  control,
  value,
  onChange,
}: {
  control: ControlProps
  value: readonly string[]
  onChange: (value: string[]) => void
}) {
  const [kind, setKind] = useState('')
  const add = (expr: string) => {
    if (!value.includes(expr)) onChange([...value, expr])
    setKind('')
  }
  const picked = (item: ComboboxItem | null) => item && add(`${kind}:${item.value}`)
  return (
    <div className="grid gap-2">
      {value.length > 0 && (
        <ul className="flex flex-wrap gap-1.5" aria-label="Named">
          {value.map((expr) => (
            <li
              key={expr}
              className="inline-flex min-h-8 max-w-full items-center gap-1.5 rounded-md border border-line bg-sunken pl-2.5 font-medium text-[0.875rem] [&>svg]:size-3.5 [&>svg]:shrink-0 [&>svg]:text-muted"
            >
              {icon(expr)}
              <span className="min-w-0 truncate">{generic[expr] ?? approverWords(expr)}</span>
              <button
                type="button"
                aria-label={`Remove ${generic[expr] ?? approverWords(expr)}`}
                className="touch grid size-8 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink"
                onClick={() => onChange(value.filter((v) => v !== expr))}
              >
                <X aria-hidden className="size-3.5" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <Select
          {...control}
          className="w-full max-w-56"
          value={kind}
          onChange={(e) => {
            const next = e.target.value
            if (next in generic) add(next)
            else setKind(next)
          }}
          choices={[
            { value: '', label: value.length ? 'Add another…' : 'Choose who…' },
            ...Object.entries(generic)
              .filter(([v]) => !value.includes(v))
              .map(([v, label]) => ({ value: v, label })),
            { value: 'user', label: 'A person…' },
            { value: 'group', label: 'A group…' },
            { value: 'role', label: 'A role…' },
          ]}
        />
        {kind && (
          <>
            <div className="min-w-52 flex-1">
              {kind === 'user' ? (
                <PersonPicker
                  control={{ id: `${control.id}-pick`, 'aria-label': 'Which person' }}
                  value={null}
                  onChange={picked}
                />
              ) : (
                <ResourcePicker
                  control={{ id: `${control.id}-pick`, 'aria-label': `Which ${kind}` }}
                  kind={kind === 'group' ? 'group' : undefined}
                  value={null}
                  onChange={picked}
                />
              )}
            </div>
            <Button look="quiet" size="sm" onClick={() => setKind('')}>
              Cancel
            </Button>
          </>
        )}
      </div>
    </div>
  )
}

/** AddButton is the quiet plus below a list. */
export function AddButton({ children, onClick }: { children: ReactNode; onClick: () => void }) {
  return (
    <Button icon={<Plus aria-hidden className="size-4" />} onClick={onClick}>
      {children}
    </Button>
  )
}
