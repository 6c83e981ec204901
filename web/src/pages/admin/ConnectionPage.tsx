import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Activity, CirclePause, CirclePlay, Trash2 } from 'lucide-react'
import { type ComponentProps, useState } from 'react'
import {
  type Connection,
  checkConnection,
  connectionQuery,
  connectorKindsQuery,
  deleteConnection,
  updateConnection,
} from '../../api/connection'
import { message } from '../../api/error'
import { Button, buttonClass } from '../../components/Button'
import { Card } from '../../components/Card'
import { ErrorState } from '../../components/ErrorState'
import { Facts } from '../../components/Facts'
import { Confirm } from '../../components/LaterConfirm'
import { later } from '../../components/later'
import { Menu } from '../../components/Menu'
import { Note } from '../../components/Note'
import { RelativeTime } from '../../components/RelativeTime'
import { Skeleton } from '../../components/Skeleton'
import { everyWords } from '../../components/time'
import { toast } from '../../components/toast'
import { AdminFrame } from '../../modules/admin/AdminFrame'
import { useRights } from '../../modules/rights'
import type { ConnectionSettings as Whole } from './ConnectionSettings'
import { ConnectionStatus } from './ConnectionStatus'
import { DriftCard } from './DriftCard'
import { SyncHistory } from './SyncHistory'
import { SyncPanel } from './SyncPanel'

const ConnectionSettings = later<ComponentProps<typeof Whole>>(() =>
  import('./ConnectionSettings').then((m) => m.ConnectionSettings),
)

export function ConnectionPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { data, error, isPending, refetch } = useQuery(connectionQuery(id))
  if (data) return <Loaded key={data.id} connection={data} />
  return (
    <AdminFrame to="/admin/connections" title="Connection">
      {isPending ? (
        <Skeleton className="h-64 rounded-lg" />
      ) : (
        <Card>
          <ErrorState error={error} onRetry={() => void refetch()} />
        </Card>
      )}
    </AdminFrame>
  )
}

function Loaded({ connection: c }: { connection: Connection }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const rights = useRights()
  const kind = useQuery(connectorKindsQuery()).data?.items?.find((k) => k.name === c.kind)
  const [busy, setBusy] = useState('')
  const [editing, setEditing] = useState(false)
  const [removing, setRemoving] = useState(false)
  const fresh = () => client.invalidateQueries({ queryKey: ['connections'] })
  const run = async (what: string, work: () => Promise<unknown>, said?: string) => {
    setBusy(what)
    try {
      await work()
      if (said) toast(said, { tone: 'good' })
    } catch (e) {
      toast(message(e), { tone: 'bad' })
    } finally {
      setBusy('')
      void fresh()
    }
  }
  return (
    <AdminFrame
      to="/admin/connections"
      title={c.name}
      sub={
        <span className="flex flex-wrap items-center gap-2">
          <Link to={'/admin/connections' as string} className="underline-offset-2 hover:underline">
            Connections
          </Link>
          <span aria-hidden>·</span>
          {kind?.title ?? c.kind}
          <ConnectionStatus connection={c} />
        </span>
      }
      actions={
        rights.admin && (
          <>
            <Button
              icon={<Activity aria-hidden className="size-4" />}
              busy={busy === 'check'}
              onClick={() => void run('check', () => checkConnection(c.id))}
            >
              {busy === 'check' ? 'Checking…' : 'Check it'}
            </Button>
            <Menu
              label={`More about ${c.name}`}
              className={buttonClass('secondary', 'md', 'w-9 px-0')}
              face={
                <span aria-hidden className="-mt-2 text-lg leading-none tracking-wider">
                  …
                </span>
              }
              items={[
                {
                  label: c.paused_at ? 'Resume' : 'Pause',
                  icon: c.paused_at ? <CirclePlay aria-hidden /> : <CirclePause aria-hidden />,
                  onSelect: () =>
                    void run(
                      'pause',
                      () => updateConnection(c.id, { paused: !c.paused_at }, c.version),
                      c.paused_at ? 'Resumed.' : 'Paused: nothing is read or written.',
                    ),
                },
                'line',
                {
                  label: 'Remove',
                  icon: <Trash2 aria-hidden />,
                  onSelect: () => setRemoving(true),
                  danger: true,
                },
              ]}
            />
          </>
        )
      }
    >
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-4">
          {c.paused_at && (
            <Note tone="warn">
              Paused <RelativeTime at={c.paused_at} />: nothing is read from it or written to it until it is
              resumed. What should change there waits.
            </Note>
          )}
          {c.check_error && (
            <Note tone="bad">
              {c.check_error}
              {c.checked_at && (
                <>
                  {' '}
                  (<RelativeTime at={c.checked_at} />)
                </>
              )}
            </Note>
          )}
          <SyncPanel connection={c} may={rights.admin} />
          <DriftCard connection={c} />
          <SyncHistory connection={c} />
        </div>
        <Card
          title="Settings"
          action={
            rights.admin &&
            kind && (
              <Button size="sm" onClick={() => setEditing(true)}>
                Edit
              </Button>
            )
          }
        >
          <Facts
            rows={[
              ['For', c.directory ? 'People, groups and access' : 'Access'],
              ['Read', c.sync_every ? everyWords(c.sync_every) : 'On demand'],
              c.next_sync_at && !c.paused_at ? ['Next', <RelativeTime key="n" at={c.next_sync_at} />] : false,
              c.checked_at ? ['Checked', <RelativeTime key="k" at={c.checked_at} />] : false,
              ...(kind?.fields ?? []).map((f): readonly [string, React.ReactNode] | false => {
                if (f.secret)
                  return c.secrets?.includes(f.name)
                    ? [
                        f.title,
                        <span key={f.name} className="text-muted">
                          Stored, never shown
                        </span>,
                      ]
                    : false
                const value = c.settings?.[f.name]
                return value && value !== f.default
                  ? [
                      f.title,
                      <span key={f.name} className="whitespace-pre-line font-mono text-[0.8125rem]">
                        {value}
                      </span>,
                    ]
                  : false
              }),
            ]}
          />
        </Card>
      </div>
      {editing && kind && <ConnectionSettings connection={c} kind={kind} onClose={() => setEditing(false)} />}
      <Confirm
        open={removing}
        danger
        onClose={() => setRemoving(false)}
        title={`Remove ${c.name}?`}
        action="Remove it"
        dismiss="Keep it"
        reason={{ label: 'Why', help: 'Kept in the audit log.' }}
        onConfirm={async (reason) => {
          await deleteConnection(c.id, reason)
          await fresh()
          await navigate({ to: '/admin/connections' as string })
          toast(`${c.name} was removed.`, { tone: 'good' })
        }}
      >
        People and groups that came from it stay as they are. What is fulfilled by it must get another way
        first.
      </Confirm>
    </AdminFrame>
  )
}
