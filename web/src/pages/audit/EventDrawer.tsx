import { useRef } from 'react'
import type { AuditEvent } from '../../api/types'
import { Disclosure } from '../../components/Disclosure'
import { Facts } from '../../components/Facts'
import { Drawer } from '../../components/LaterDrawer'
import { exact } from '../../components/time'
import { Thing } from '../../modules/history/EventList'
import { details, refName, sentence } from '../../modules/history/words'
import { PersonLink } from '../../modules/names'
import { ways } from './columns'

/** EventDrawer shows one event whole: what the log holds, and the values that may be erased. */
export function EventDrawer({ event, onClose }: { event: AuditEvent | null; onClose: () => void }) {
  const last = useRef(event)
  if (event) last.current = event
  const e = last.current
  if (!e) return null
  const refs = [e.object, ...(e.refs ?? []).filter((r) => r.id !== e.object.id)]
  return (
    <Drawer
      open={event !== null}
      onClose={onClose}
      title={<span className="font-mono">{e.verb}</span>}
      description={`${e.actor?.name ?? 'Sallyport'} ${sentence(e).replace('{}', refName(e.object))}`}
    >
      <div className="grid gap-6">
        <Facts
          rows={[
            ['When', exact(e.at)],
            ['Who', e.actor ? <PersonLink key="w" user={e.actor} /> : 'Sallyport itself'],
            e.on_behalf_of && ['In the place of', <PersonLink key="o" user={e.on_behalf_of} />],
            ['By', ways[e.via] ?? e.via],
            e.cause
              ? [
                  'Because of',
                  <span key="c" className="font-mono text-[0.8125rem]">
                    {e.cause}
                  </span>,
                ]
              : false,
            [
              'Place in the log',
              e.index === undefined ? (
                'Not yet sequenced'
              ) : (
                <span key="i" className="tabular-nums">
                  {e.index}
                </span>
              ),
            ],
          ]}
        />
        <section aria-label="What it names" className="grid gap-2">
          <h3 className="font-medium">What it names</h3>
          <ul className="divide-y divide-line rounded-lg border border-line">
            {refs.map((r, i) => (
              <li key={r.kind + r.id} className="flex items-baseline gap-3 px-3 py-2">
                <span className="w-20 shrink-0 text-[0.8125rem] text-muted">{r.kind}</span>
                <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
                  <Thing refTo={r} />
                  {i === 0 && <span className="text-[0.8125rem] text-muted"> · the object</span>}
                </span>
              </li>
            ))}
          </ul>
        </section>
        {details(e).length > 0 && (
          <section aria-label="Values" className="grid gap-2">
            <h3 className="font-medium">Values</h3>
            <Facts rows={details(e).map(([k, v]) => [k, v] as const)} />
          </section>
        )}
        <Disclosure title="As it is stored">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre className="max-h-96 overflow-auto rounded-md bg-sunken p-3 font-mono text-xs" tabIndex={0}>
            {JSON.stringify(e, null, 2)}
          </pre>
        </Disclosure>
      </div>
    </Drawer>
  )
}
