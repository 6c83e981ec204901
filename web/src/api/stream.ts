// The server says what changed; the page reads it again. Nothing is polled.
import type { QueryClient, QueryKey } from '@tanstack/react-query'
import type { Me } from './types'

/** pause is how long the page waits, in milliseconds, before it reads again what it has just read again. */
export const pause = 1500

/**
 * keys says which cached answers a topic makes old; an unknown topic refreshes its own noun. What happens to another
 * person's access changes nothing about oneself: in a large company that is most of what is heard.
 */
export function keys(topic: string, me?: string): QueryKey[] {
  const [noun = '', id = ''] = topic.split(':', 2)
  switch (noun) {
    case 'request':
      return [['request', id], ['requests'], ['inbox'], ['me'], ['preview']]
    case 'requests':
      return [['requests'], ['inbox'], ['me']]
    case 'inbox':
      return [['messages'], ['inbox'], ['requests'], ['delegations'], ['me']]
    case 'access':
    case 'grant':
      return [
        ...[
          ['access'],
          ['grants'],
          ['grant'],
          ['holders'],
          ['intervals'],
          ['request'],
          ['preview'],
          ['history'],
        ],
        ...(noun === 'grant' || (me && id.startsWith('usr_') && id !== me) ? [] : [['me']]),
      ]
    case 'task':
    case 'tasks':
      return [['tasks'], ['task'], ['me']]
    case 'resource': // one thing, or who has it; where the catalogue changes, "resources" comes as well
      return [['resource'], ['holders'], ['constraints'], ['preview'], ['history']]
    case 'resources':
      return [['resource'], ['resources'], ['holders'], ['constraints'], ['preview']]
    case 'user':
    case 'users':
      return [['user'], ['users'], ['history']]
    case 'events': // the log itself is read again when the reader wants it
      return [['events', 'newest']]
    case 'connection':
    case 'connections':
    case 'syncs':
    case 'sync':
      return [['connection'], ['connections'], ['syncs'], ['sync']]
    case 'creation-rules':
      return [['creation-rules'], ['preview']]
    case 'progress':
      return [['progress'], ['pending']]
    case 'tag':
    case 'tags':
      return [['tags'], ['tag'], ['constraints'], ['preview']]
    default:
      return noun ? [[noun]] : []
  }
}

/** listen opens the stream and returns how to close it. After a gap everything on the screen is read again. */
export function listen(client: QueryClient, onLink: (up: boolean) => void = () => {}): () => void {
  if (typeof EventSource === 'undefined') return () => {}
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let broken = false
  let wait = 1000
  const old = new Map<string, QueryKey>()
  let later: ReturnType<typeof setTimeout> | undefined
  let last = 0

  const receive = (event: MessageEvent<string>) => {
    let topics: string[] = []
    try {
      topics = (JSON.parse(event.data) as { topics?: string[] }).topics ?? []
    } catch {
      return
    }
    const me = client.getQueryData<Me>(['me'])?.user.id
    for (const topic of topics) for (const key of keys(topic, me)) old.set(JSON.stringify(key), key)
    soon()
  }
  // One change often comes as several words, and many changes come one after the other: what is on the screen is read
  // once for all of them, at once when nothing happened lately, and when somebody looks.
  const soon = () => {
    if (old.size === 0 || later || document.visibilityState === 'hidden') return
    later = setTimeout(
      () => {
        later = undefined
        last = Date.now()
        for (const queryKey of old.values()) void client.invalidateQueries({ queryKey })
        old.clear()
      },
      Math.max(60, last + pause - Date.now()),
    )
  }
  document.addEventListener('visibilitychange', soon)
  const open = () => {
    source = new EventSource('/api/v1/stream')
    source.onopen = () => {
      wait = 1000
      onLink(true)
      if (broken) void client.invalidateQueries()
      broken = false
    }
    source.onmessage = receive
    source.addEventListener('change', receive as EventListener)
    source.onerror = () => {
      broken = true
      onLink(false)
      // The browser would ask once a second, all pages of a company at once: each waits longer, and not as long as others.
      source?.close()
      clearTimeout(timer)
      timer = setTimeout(open, wait * (0.5 + Math.random() / 2))
      wait = Math.min(wait * 2, 30_000)
    }
  }
  open()
  return () => {
    clearTimeout(timer)
    clearTimeout(later)
    document.removeEventListener('visibilitychange', soon)
    source?.close()
  }
}
