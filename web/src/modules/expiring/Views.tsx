import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Bookmark } from 'lucide-react'
import { useState } from 'react'
import { message } from '../../api/error'
import { deleteView, saveView, viewsQuery } from '../../api/expiring'
import { Button } from '../../components/Button'
import { Dialog } from '../../components/Dialog'
import { Field } from '../../components/Field'
import { Input } from '../../components/Input'
import { Menu } from '../../components/Menu'
import { toast } from '../../components/toast'

const page = 'expiring'

/** Views keeps the address's filters under a name, for oneself; the address itself is what one shares. */
export function Views() {
  const client = useQueryClient()
  const navigate = useNavigate() as unknown as (options: Record<string, unknown>) => Promise<void>
  const { data } = useQuery(viewsQuery(page))
  const [dialog, setDialog] = useState<'save' | 'delete' | null>(null)
  const [name, setName] = useState('')
  const [error, setError] = useState('')
  const list = data?.items ?? []
  const again = () => client.invalidateQueries({ queryKey: ['views'] })
  const close = () => {
    setDialog(null)
    setName('')
    setError('')
  }
  const save = async () => {
    const query = new URLSearchParams(window.location.search)
    for (const key of ['view', 'batch', 'extend']) query.delete(key)
    try {
      await saveView({ page, name: name.trim(), query: query.toString() })
      await again()
      toast(`Saved as ${name.trim()}.`, { tone: 'good' })
      close()
    } catch (e) {
      setError(message(e))
    }
  }
  const remove = async (id: string) => {
    try {
      await deleteView(id)
      await again()
    } catch (e) {
      setError(message(e))
    }
  }
  const share = async () => {
    try {
      await navigator.clipboard.writeText(window.location.href)
      toast('The link is copied. Whoever opens it sees what they may see of it.', { tone: 'good' })
    } catch {
      toast('The browser keeps the clipboard closed; copy the address of this page.', { tone: 'bad' })
    }
  }
  return (
    <>
      <Menu
        className="touch inline-flex min-h-9 items-center gap-2 rounded-md border border-line bg-surface px-3.5 font-medium text-[0.9375rem] shadow-card hover:bg-hover"
        face={
          <>
            <Bookmark aria-hidden className="size-4" /> Views
          </>
        }
        items={[
          ...list.map((v) => ({
            label: v.name,
            onSelect: () =>
              void navigate({
                to: '/access',
                search: { view: 'expiring', ...Object.fromEntries(new URLSearchParams(v.query)) },
              }),
          })),
          ...(list.length > 0 ? (['line'] as const) : []),
          { label: 'Save these filters…', onSelect: () => setDialog('save') },
          { label: 'Copy the link', onSelect: () => void share() },
          ...(list.length > 0 ? [{ label: 'Delete a view…', onSelect: () => setDialog('delete') }] : []),
        ]}
      />
      <Dialog
        open={dialog === 'save'}
        onClose={close}
        title="Save these filters"
        footer={
          <>
            <Button onClick={close}>Cancel</Button>
            <Button look="primary" disabled={!name.trim()} onClick={() => void save()}>
              Save view
            </Button>
          </>
        }
      >
        <Field label="Name" error={error}>
          {(c) => (
            <Input
              {...c}
              data-autofocus
              value={name}
              onChange={(e) => setName(e.target.value)}
              onKeyDown={(e) => e.key === 'Enter' && name.trim() && void save()}
            />
          )}
        </Field>
      </Dialog>
      <Dialog
        open={dialog === 'delete'}
        onClose={close}
        title="Your views"
        footer={<Button onClick={close}>Done</Button>}
      >
        <ul className="grid">
          {list.map((v) => (
            <li
              key={v.id}
              className="flex items-center gap-3 border-line py-1.5 [&:not(:last-child)]:border-b"
            >
              <span className="min-w-0 flex-1 truncate">{v.name}</span>
              <Button size="sm" look="danger-quiet" onClick={() => void remove(v.id)}>
                Delete<span className="sr-only"> {v.name}</span>
              </Button>
            </li>
          ))}
        </ul>
        {error && <p role="alert">{error}</p>}
      </Dialog>
    </>
  )
}
