import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ArrowDownRight, ArrowUpRight, Minus, Plus } from 'lucide-react'
import { message } from '../../api/error'
import { type Impact as Data, type ImpactItem, type Trial, tryQuery } from '../../api/impact'
import type { Batch } from '../../api/types'
import { Badge, type Tone } from '../../components/Badge'
import { Disclosure } from '../../components/Disclosure'
import { Note } from '../../components/Note'
import { number } from '../../components/number'
import { Skeleton } from '../../components/Skeleton'
import { useSettled } from '../../components/settled'
import { date, lengthWords } from '../../components/time'
import { Refusals } from '../expiring/Refusals'
import { PersonLink } from '../names'
import { useTitle } from '../titles'
import { changeWords, grouped } from './group'

const looks: Record<ImpactItem['change'], { tone: Tone; icon: typeof Plus; word: string }> = {
  lost: { tone: 'bad', icon: Minus, word: 'lost' },
  shorter: { tone: 'warn', icon: ArrowDownRight, word: 'shorter' },
  gained: { tone: 'good', icon: Plus, word: 'gained' },
  longer: { tone: 'info', icon: ArrowUpRight, word: 'longer' },
}

/** Impact shows what a change would do, from a rehearsal of the change itself. null is not yet anything to try. */
export function Impact({ trial, idle }: { trial: Trial | null; idle?: string }) {
  const settled = useSettled(trial, 350)
  const { data, error, isFetching } = useQuery({ ...tryQuery(settled), placeholderData: keepPreviousData })
  if (!trial) return <p className="text-muted">{idle ?? 'Nothing to show yet.'}</p>
  if (error) return <Note tone="warn">{message(error)}</Note>
  if (!data) return <Skeleton className="h-20" />
  const batch = data.result as Partial<Batch> | undefined
  const refused = batch?.counts?.refused ?? 0
  return (
    <div aria-live="polite" aria-busy={isFetching}>
      <ImpactView impact={data.impact} />
      {refused > 0 && (
        <div className="mt-2 grid gap-1">
          <p className="text-[0.875rem] text-warn">
            {count(refused, 'row would be refused', 'rows would be refused')}.
          </p>
          <Refusals label="What would be refused" batch={batch ?? {}} />
        </div>
      )}
    </div>
  )
}

export function ImpactView({ impact }: { impact: Data }) {
  const title = useTitle()
  const items = impact.items ?? []
  const closed = Object.entries(impact.events ?? {}).filter(([verb]) => verb in others)
  if (items.length === 0 && closed.length === 0)
    return <p className="text-muted">Nobody gains or loses anything.</p>
  return (
    <div className="grid gap-3">
      <p className="flex flex-wrap items-center gap-1.5">
        {(['lost', 'shorter', 'gained', 'longer'] as const).map((c) => {
          const n = impact[c]
          const { tone, icon: Icon, word } = looks[c]
          return n > 0 ? (
            <Badge key={c} tone={tone} icon={<Icon aria-hidden />}>
              {n} {word}
            </Badge>
          ) : null
        })}
        {items.length > 0 && (
          <span className="text-[0.875rem] text-muted">
            {count(impact.people, 'person', 'people')}, {count(impact.resources, 'thing', 'things')}
          </span>
        )}
      </p>
      <ul className="grid gap-1" aria-label="What changes">
        {grouped(items).map((g) => {
          const [only] = g.items
          const { icon: Icon } = looks[g.change]
          const head = (
            <span className="min-w-0 font-normal [overflow-wrap:anywhere]">
              <span className="font-medium">{title(g.resource)}</span>
              {g.relation === 'owner' && ' as owner'}
              <span className="text-muted">
                {': '}
                {g.items.length === 1 && only
                  ? `${only.user.name} ${changeWords[g.change].replace(/^lose/, 'loses').replace(/^gain/, 'gains').replace(/^have/, 'has')}`
                  : `${number(g.items.length)} ${changeWords[g.change]}`}
                {g.items.length === 1 && only && ends(only)}
              </span>
            </span>
          )
          return (
            <li key={g.key} className="min-w-0">
              {g.items.length === 1 ? (
                <div className="flex min-h-9 items-center gap-1.5 py-1">
                  <Icon aria-hidden className="size-4 shrink-0 text-muted" />
                  {head}
                </div>
              ) : (
                <Disclosure title={head}>
                  <ul className="grid gap-0.5 text-[0.875rem]">
                    {g.items.map((it) => (
                      <li key={it.user.id}>
                        <PersonLink user={it.user} />
                        <span className="text-muted">{ends(it)}</span>
                      </li>
                    ))}
                  </ul>
                </Disclosure>
              )}
            </li>
          )
        })}
      </ul>
      {!!impact.cut && <p className="text-[0.875rem] text-muted">… and {impact.cut} more.</p>}
      {closed.length > 0 && (
        <p className="text-[0.875rem] text-muted">{closed.map(([verb, n]) => others[verb]?.(n)).join(' ')}</p>
      )}
    </div>
  )
}

/** What else a change may do that people should know of. */
const others: Record<string, (n: number) => string> = {
  'request.cancelled': (n) => `${count(n, 'pending request is', 'pending requests are')} closed.`,
  'request.superseded': (n) => `${count(n, 'pending request is', 'pending requests are')} settled by it.`,
  'tag.attached': (n) => `${count(n, 'tag is', 'tags are')} put on it.`,
  'task.cancelled': (n) => `${count(n, 'open task is', 'open tasks are')} cancelled.`,
}

const count = (n: number, one: string, many: string) => `${number(n)} ${n === 1 ? one : many}`

function ends(it: ImpactItem): string {
  const { before, after } = it
  const word = (s: ImpactItem['before']) => {
    const from = s?.starts_at ? `from ${date(s.starts_at)} ` : ''
    const again = s?.again_at
      ? `, again from ${date(s.again_at)} ${s.last_ends_at ? `until ${date(s.last_ends_at)}` : 'without end'}`
      : ''
    if (s?.no_end) return `${from}no end`
    if (s?.ends_at) return `${from}until ${date(s.ends_at)}${again}`
    return s?.duration
      ? `${from}${lengthWords(s.duration)} once it is real${again}`
      : `${from}an end that counts from its start`
  }
  const quiet = (s: ImpactItem['before']) => !s || (s.no_end && !s.starts_at)
  if (it.change === 'lost')
    return (
      (quiet(before) ? '' : `, was ${word(before)}`) +
      (after ? `; begins again ${date(after.starts_at ?? '')}` : '')
    )
  if (it.change === 'gained') return quiet(after) ? '' : `, ${word(after)}`
  return `, ${word(after)} in place of ${word(before)}`
}
