import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { BellOff, Check, CheckCheck } from 'lucide-react'
import { message } from '../../api/error'
import { rows } from '../../api/list'
import { markRead, messagesQuery } from '../../api/message'
import type { Message } from '../../api/types'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { cx } from '../../components/cx'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { PageFrame } from '../../components/PageFrame'
import { RelativeTime } from '../../components/RelativeTime'
import { Segments } from '../../components/Segments'
import { SkeletonRows } from '../../components/Skeleton'
import { toast } from '../../components/toast'

/** MessagesPage is what Sallyport told one: the same that goes out by e-mail. */
export function MessagesPage() {
  const search = useSearch({ strict: false }) as { show?: string }
  const navigate = useNavigate()
  const client = useQueryClient()
  const unread = search.show === 'unread'
  const query = useInfiniteQuery(messagesQuery({ unread: unread || undefined, limit: 50 }))
  const list = rows(query.data)
  const mark = async (ids?: string[]) => {
    try {
      await markRead(ids)
      await Promise.all(['messages', 'me'].map((key) => client.invalidateQueries({ queryKey: [key] })))
    } catch (error) {
      toast(message(error), { tone: 'bad' })
    }
  }
  return (
    <PageFrame
      title="Messages"
      sub="What you were told. The same goes out by e-mail."
      width="narrow"
      actions={
        list.some((m) => !m.read_at) && (
          <Button icon={<CheckCheck aria-hidden className="size-4" />} onClick={() => void mark()}>
            Mark all as read
          </Button>
        )
      }
    >
      <Segments
        label="Which messages"
        className="mb-4 max-w-xs"
        value={unread ? 'unread' : 'all'}
        onChange={(v) =>
          void navigate({ to: '.', search: { show: v === 'unread' ? v : undefined } as never, replace: true })
        }
        choices={[
          { value: 'all', label: 'All' },
          { value: 'unread', label: 'Unread' },
        ]}
      />
      {query.isPending && <SkeletonRows rows={5} />}
      {!query.data && query.error && (
        <Card>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      )}
      {query.data && list.length === 0 && (
        <Card>
          <EmptyState
            kind={unread ? 'filtered' : 'first'}
            icon={BellOff}
            title={unread ? 'Everything is read' : 'No messages yet'}
          >
            {unread
              ? 'Older ones are under All.'
              : 'You are told when somebody waits for you, when you were decided on, and before your access ends.'}
          </EmptyState>
        </Card>
      )}
      <ul className="grid gap-2">
        {list.map((m) => (
          <Item key={m.id} message={m} onRead={() => void mark([m.id])} />
        ))}
      </ul>
      {query.hasNextPage && (
        <div className="mt-4 grid justify-center">
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </PageFrame>
  )
}

function Item({ message: m, onRead }: { message: Message; onRead: () => void }) {
  const path = m.link?.replace(/^https?:\/\/[^/]+/, '')
  return (
    <li
      className={cx(
        'flex items-start gap-3 rounded-lg border border-line p-4 shadow-card',
        m.read_at ? 'bg-canvas' : 'bg-surface',
      )}
    >
      <span
        aria-hidden
        className={cx('mt-1.5 size-2 shrink-0 rounded-full', m.read_at ? 'bg-transparent' : 'bg-accent')}
      />
      <div className="min-w-0 flex-1">
        <h2 className={cx('[overflow-wrap:anywhere]', !m.read_at && 'font-medium')}>
          {path ? (
            <Link
              to={path}
              onClick={() => !m.read_at && onRead()}
              className="rounded underline-offset-2 hover:underline"
            >
              {m.title}
            </Link>
          ) : (
            m.title
          )}
          {!m.read_at && <span className="sr-only"> (unread)</span>}
        </h2>
        {m.body && <p className="mt-0.5 whitespace-pre-line text-muted [overflow-wrap:anywhere]">{m.body}</p>}
        {(m.facts?.length ?? 0) > 0 && (
          <dl className="mt-1.5 grid gap-x-4 gap-y-0.5 text-[0.875rem] sm:grid-cols-[auto_minmax(0,1fr)]">
            {m.facts?.map((f) => (
              <div key={f.name} className="contents">
                <dt className="text-muted">
                  {f.link ? (
                    <Link
                      to={f.link}
                      onClick={() => !m.read_at && onRead()}
                      className="touch rounded underline underline-offset-2"
                    >
                      {f.name}
                    </Link>
                  ) : (
                    f.name
                  )}
                </dt>
                <dd>
                  {f.value} {f.at && <RelativeTime at={f.at} />}
                </dd>
              </div>
            ))}
          </dl>
        )}
        <p className="mt-1 text-[0.8125rem] text-muted">
          <RelativeTime at={m.created_at} />
        </p>
      </div>
      {!m.read_at && (
        <Button
          size="sm"
          look="quiet"
          icon={<Check aria-hidden className="size-4 sm:hidden" />}
          onClick={onRead}
          aria-label={`Mark as read: ${m.title}`}
        >
          <span className="max-sm:hidden">Mark as read</span>
        </Button>
      )}
    </li>
  )
}
