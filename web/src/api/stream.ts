// The server says what changed; the page reads it again. Nothing is polled.
import type { QueryClient, QueryKey } from '@tanstack/react-query'

/** keys says which cached answers a topic makes old. An unknown topic refreshes its own noun. */
export function keys(topic: string): QueryKey[] {
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
      return [['access'], ['grants'], ['grant'], ['holders'], ['intervals'], ['request'], ['me'], ['preview']]
    case 'task':
    case 'tasks':
      return [['tasks'], ['task'], ['me']]
    case 'resource':
    case 'resources':
      return [['resource'], ['resources'], ['holders'], ['constraints'], ['preview']]
    case 'user':
    case 'users':
      return [['user'], ['users']]
    case 'events':
      return [['events'], ['history'], ['checkpoint']]
    case 'connection':
    case 'connections':
    case 'syncs':
    case 'sync':
      return [['connection'], ['connections'], ['syncs'], ['sync']]
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
  // What moves with each of thousands of changes in a target is read again every two seconds.
  const slow = new Map<string, QueryKey>()
  let slowly: ReturnType<typeof setTimeout> | undefined
  let lastSlow = 0

  const receive = (event: MessageEvent<string>) => {
    let topics: string[] = []
    try {
      topics = (JSON.parse(event.data) as { topics?: string[] }).topics ?? []
    } catch {
      return
    }
    for (const key of topics.flatMap(keys))
      (key[0] === 'progress' || key[0] === 'pending' ? slow : old).set(JSON.stringify(key), key)
    if (slow.size > 0)
      slowly ??= setTimeout(
        () => {
          slowly = undefined
          lastSlow = Date.now()
          for (const queryKey of slow.values()) void client.invalidateQueries({ queryKey })
          slow.clear()
        },
        Math.max(60, lastSlow + 2000 - Date.now()),
      )
    // One change often comes as several words: what is on the screen is read once for all of them.
    later ??= setTimeout(() => {
      later = undefined
      for (const queryKey of old.values()) void client.invalidateQueries({ queryKey })
      old.clear()
    }, 60)
  }
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
      if (source?.readyState === EventSource.CLOSED) {
        // The browser gives up after an answer that is no stream; we do not.
        clearTimeout(timer)
        timer = setTimeout(open, wait)
        wait = Math.min(wait * 2, 30_000)
      }
    }
  }
  open()
  return () => {
    clearTimeout(timer)
    clearTimeout(later)
    clearTimeout(slowly)
    source?.close()
  }
}
