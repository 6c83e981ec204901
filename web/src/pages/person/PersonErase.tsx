import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Eraser } from 'lucide-react'
import { useState } from 'react'
import type { User } from '../../api/types'
import { eraseUser } from '../../api/user'
import { Button } from '../../components/Button'
import { Confirm } from '../../components/Confirm'
import { Field } from '../../components/Field'
import { Input } from '../../components/Input'
import { Note } from '../../components/Note'
import { toast } from '../../components/toast'
import { firstName } from '../../modules/names'

const goes = [
  'Name, login, e-mail address, title, department, manager and what else the directory said.',
  'Reasons, answers and comments they wrote, or that were written about them.',
  'Their messages, sessions, tokens, accounts in targets and saved views.',
  'Their values in the audit log, with the salts that would prove a guess.',
]
const stays = [
  'Who had what, when, by whose decision and how it ended, under an id that says nothing.',
  'The audit log itself: it still verifies, and shows these values as erased.',
  'Backups, exports and evidence that were made before: they keep what they had.',
]

/** PersonErase is where an admin erases what is personal about somebody who has left. */
export function PersonErase({ user: u }: { user: User }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const close = () => {
    setOpen(false)
    setTyped('')
  }
  const erase = async (reason: string) => {
    await eraseUser(u.id, reason)
    // They have no login any more: the page goes on under their id, and nothing keeps what it read before.
    await navigate({
      to: '/people/$id',
      params: { id: u.id },
      search: { tab: 'data' },
      replace: true,
    })
    client.removeQueries({ queryKey: ['user'], type: 'inactive' })
    void client.invalidateQueries()
    toast('What was personal is erased.', { tone: 'good' })
  }
  // What an erased person is called is the server's: their id.
  const erased = u.login === `erased-${u.id.slice(u.id.indexOf('_') + 1)}`
  if (erased)
    return (
      <Note tone="good">
        The personal data of this person is erased. What they had, and by whose decision, stays under their
        id; the audit log verifies as before.
      </Note>
    )
  return (
    <section
      aria-labelledby="erase"
      className="grid gap-4 rounded-lg border border-bad/40 bg-surface p-5 shadow-card max-md:p-4"
    >
      <h2 id="erase" className="font-semibold">
        Erase personal data
      </h2>
      <div className="grid gap-x-8 gap-y-4 md:grid-cols-2">
        <List title="What is erased" items={goes} />
        <List title="What stays" items={stays} />
      </div>
      {u.state === 'active' ? (
        <p className="border-line border-t pt-4 text-muted">
          {firstName(u.name)} has not left. Only the data of people who left can be erased: the directory
          marks them as gone first, which also ends what they hold.
        </p>
      ) : (
        <div className="flex flex-wrap items-center justify-between gap-3 border-line border-t pt-4">
          <p className="min-w-0 max-w-[34rem] text-muted">
            It cannot be taken back. While they still hold something, or access is still being removed from a
            target, it is refused.
          </p>
          <Button
            look="danger"
            icon={<Eraser aria-hidden className="size-4" />}
            onClick={() => setOpen(true)}
          >
            Erase…
          </Button>
        </div>
      )}
      <Confirm
        open={open}
        onClose={close}
        title={`Erase what is personal about ${u.name}?`}
        danger
        disabled={typed.trim() !== u.login}
        action="Erase for good"
        dismiss="Keep it"
        reason={{
          label: 'Why?',
          required: true,
          help: 'Say who asked for it. It is kept in the audit log.',
        }}
        onConfirm={erase}
      >
        <div className="grid gap-4">
          <p>
            Nobody can bring it back, and no admin can read it afterwards. What they had and who decided stays
            under an id.
          </p>
          <div className="text-ink">
            <Field label={`Type ${u.login} to confirm`}>
              {(control) => (
                <Input
                  {...control}
                  className="font-mono"
                  autoComplete="off"
                  autoCapitalize="off"
                  spellCheck={false}
                  value={typed}
                  onChange={(e) => setTyped(e.target.value)}
                />
              )}
            </Field>
          </div>
        </div>
      </Confirm>
    </section>
  )
}

function List({ title, items }: { title: string; items: readonly string[] }) {
  return (
    <div>
      <h3 className="mb-1.5 font-medium text-[0.875rem]">{title}</h3>
      <ul className="grid list-disc gap-1 pl-5 text-[0.875rem] text-muted marker:text-edge">
        {items.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </div>
  )
}
