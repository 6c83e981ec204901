import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { newKey } from '../../api/client'
import { cutsMany, message } from '../../api/error'
import { resourceQuery } from '../../api/resource'
import { reorganize, reorganizePath, undoneWords, undoReorganization } from '../../api/roles'
import { userQuery } from '../../api/user'
import { Breadcrumbs } from '../../components/Breadcrumbs'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { Checkbox } from '../../components/Checkbox'
import { Field } from '../../components/Field'
import { Input } from '../../components/Input'
import { Note } from '../../components/Note'
import { PageFrame } from '../../components/PageFrame'
import { Segments } from '../../components/Segments'
import { Textarea } from '../../components/Textarea'
import { toast } from '../../components/toast'
import { Chosen } from '../../modules/Chosen'
import { useFilters } from '../../modules/filters'
import { CountsGrants } from '../../modules/impact/CountsGrants'
import { Impact } from '../../modules/impact/Impact'
import { ResourcePicker, resourceItem, userItem } from '../../modules/pickers'
import { useRights } from '../../modules/rights'
import { type Action, actionWords, bodyOf, type Draft, makesRole, missing } from './draft'

const parts = (text: string | undefined) => (text ?? '').split(',').filter(Boolean)

/** ReorganizePage changes roles as one change, with what it does beside the form before it is made. */
export function ReorganizePage() {
  const [filters, set] = useFilters()
  const action = (filters.action as Action) in actionWords ? (filters.action as Action) : 'create'
  const given = useQuery({ ...resourceQuery(filters.role ?? ''), enabled: !!filters.role })
  const people = useQueries({ queries: parts(filters.people).map((l) => userQuery(l)) })
  const things = useQueries({ queries: parts(filters.resources).map((r) => resourceQuery(r)) })
  const waiting = [...people, ...things].some((q) => q.isPending)
  if (waiting || (filters.role && given.isPending))
    return <PageFrame title="Reorganize roles">{null}</PageFrame>
  return (
    <Form
      key={filters.role ?? ''}
      action={action}
      onAction={(a) => set({ action: a })}
      start={{
        action,
        role: given.data ? { value: given.data.slug, label: given.data.name } : null,
        roles: [],
        name: '',
        description: '',
        owners: [],
        members: people.flatMap((q) => (q.data ? [userItem(q.data)] : [])),
        resources: things.flatMap((q) => (q.data ? [resourceItem(q.data)] : [])),
        withMembers: false,
        keepMembers: false,
        keepResources: false,
        endDirect: true,
        reason: '',
      }}
    />
  )
}

function Form({ action, onAction, start }: { action: Action; onAction: (a: Action) => void; start: Draft }) {
  const client = useQueryClient()
  const router = useRouter()
  const [draft, setDraft] = useState(start)
  const [key, setKey] = useState(newKey)
  const [shown, setShown] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState('')
  const [cuts, setCuts] = useState(false)
  const rights = useRights()
  const d = { ...draft, action }
  const put = (patch: Partial<Draft>) => {
    setDraft((old) => ({ ...old, ...patch }))
    setCuts(false)
  }
  const faults = missing(d)
  const ready = Object.keys(faults).length === 0
  const words = actionWords[action]
  const fault = (name: string) => (shown ? faults[name] : undefined)
  const send = async (e: FormEvent) => {
    e.preventDefault()
    setShown(true)
    if (!ready || !d.reason.trim()) return
    setBusy(true)
    setError('')
    try {
      const made = await reorganize({ ...bodyOf(d), ...(cuts ? { accept: true } : {}) }, key)
      for (const k of ['resource', 'resources', 'holders', 'grants', 'access', 'reorganizations'])
        void client.invalidateQueries({ queryKey: [k] })
      const page = `/catalogue/${made.role.slug}` as string
      await router.navigate({ to: page })
      toast(`${made.title}.`, {
        tone: 'good',
        action: {
          label: 'Undo',
          run: async () => {
            try {
              const undone = await undoReorganization(made.id)
              // What made a role removes it: nobody stays on its page.
              if (makesRole(d) && router.state.location.pathname === page)
                await router.navigate({ to: '/admin/roles' as string, replace: true })
              void client.invalidateQueries()
              toast(undoneWords(undone))
            } catch (err) {
              toast(message(err), { tone: 'bad' })
            }
          },
        },
      })
    } catch (err) {
      setError(message(err))
      setCuts(cutsMany(err) && rights.admin)
      setKey(newKey())
    } finally {
      setBusy(false)
    }
  }
  const needsRole = action !== 'create'
  const partial = action === 'create' || action === 'split'
  return (
    <PageFrame
      title="Reorganize roles"
      sub={words.text}
      crumbs={<Breadcrumbs items={[{ to: '/catalogue?kind=role', label: 'Roles' }]} />}
    >
      <Segments
        label="What to do"
        className="mb-4 max-w-[36rem]"
        value={action}
        onChange={onAction}
        choices={(Object.keys(actionWords) as Action[]).map((value) => ({
          value,
          label: actionWords[value].title,
        }))}
      />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <Card>
          <form noValidate onSubmit={(e) => void send(e)} className="grid gap-5">
            {error && (
              <Note tone={cuts ? 'warn' : 'bad'}>
                {error}
                {cuts && <CountsGrants />}
              </Note>
            )}
            {needsRole && (
              <Field
                label={action === 'merge' ? 'The role that stays' : 'Role'}
                help={action === 'merge' ? 'Leave it empty to make a new one.' : undefined}
                error={fault('role')}
              >
                {(control) => (
                  <ResourcePicker
                    kind="role"
                    control={control}
                    value={d.role}
                    onChange={(role) => put({ role })}
                  />
                )}
              </Field>
            )}
            {action === 'merge' && (
              <Chosen
                what="roles"
                label="Roles that go"
                help="They are removed once their members have everything by the other."
                error={fault('roles')}
                items={d.roles}
                onChange={(roles) => put({ roles })}
              />
            )}
            {(action !== 'merge' || !d.role) && (
              <Field label={action === 'rename' ? 'New name' : 'Name of the new role'} error={fault('name')}>
                {(control) => (
                  <Input {...control} value={d.name} onChange={(e) => put({ name: e.target.value })} />
                )}
              </Field>
            )}
            {partial && (
              <>
                <Chosen
                  what="people"
                  label={action === 'create' ? 'Members' : 'Who goes to the new role'}
                  error={fault('members')}
                  items={d.members}
                  onChange={(members) => put({ members })}
                />
                <Chosen
                  what="resources"
                  label={action === 'create' ? 'What it gives' : 'What the new role gives'}
                  help={
                    action === 'create'
                      ? 'Without end where that is allowed, else for as long as it is.'
                      : undefined
                  }
                  items={d.resources}
                  onChange={(resources) => put({ resources })}
                />
              </>
            )}
            {action === 'create' && (
              <Checkbox checked={d.endDirect} onChange={(e) => put({ endDirect: e.target.checked })}>
                End what they have directly and get by the role from now on
              </Checkbox>
            )}
            {action === 'copy' && (
              <Checkbox checked={d.withMembers} onChange={(e) => put({ withMembers: e.target.checked })}>
                Its members too
              </Checkbox>
            )}
            {action === 'split' && (
              <div className="grid gap-1">
                <Checkbox checked={d.keepMembers} onChange={(e) => put({ keepMembers: e.target.checked })}>
                  Those people stay in the old role as well
                </Checkbox>
                <Checkbox
                  checked={d.keepResources}
                  onChange={(e) => put({ keepResources: e.target.checked })}
                >
                  The old role keeps giving those things as well
                </Checkbox>
              </div>
            )}
            <Field
              label="Why"
              required
              help="It is kept with every grant that this makes or ends."
              error={shown && !d.reason.trim() ? 'Say why the roles are changed.' : undefined}
            >
              {(control) => (
                <Textarea {...control} value={d.reason} onChange={(e) => put({ reason: e.target.value })} />
              )}
            </Field>
            <div className="flex justify-end">
              <Button look={cuts ? 'danger' : 'primary'} type="submit" busy={busy}>
                {cuts ? 'Do it and shorten them' : words.button}
              </Button>
            </div>
          </form>
        </Card>
        <Card title="What it does" className="lg:sticky lg:top-20">
          <Impact
            trial={
              ready
                ? {
                    method: 'post',
                    path: reorganizePath,
                    body: { ...bodyOf(d), accept: rights.admin || undefined },
                  }
                : null
            }
            idle="Fill in the form: who would gain and lose what is shown here before anything happens."
          />
        </Card>
      </div>
    </PageFrame>
  )
}
