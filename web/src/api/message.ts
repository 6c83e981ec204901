import { call } from './client'
import { listQuery } from './list'
import type { Message } from './types'

export const messagesQuery = (filter: { unread?: boolean; limit?: number }) =>
  listQuery<Message>(['messages'], '/api/v1/inbox', { ...filter })

/** markRead marks messages as read; without ids, all. */
export const markRead = (ids?: string[]) =>
  call<{ marked: number }>('post', '/api/v1/inbox/read', { body: { ids } })
