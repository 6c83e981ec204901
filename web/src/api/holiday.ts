// The days on which the company does not work.
import { queryOptions } from '@tanstack/react-query'
import { call, send } from './client'
import type { components } from './schema'
import type { Page } from './types'

export type Holiday = components['schemas']['Holiday']
export type HolidayImport = components['schemas']['HolidayImport']

export const holidaysQuery = () =>
  queryOptions({
    queryKey: ['holidays'] as const,
    queryFn: ({ signal }) => call<Page<Holiday>>('get', '/api/v1/holidays', { signal }),
  })

/** setHoliday adds a day, or gives it another name. */
export const setHoliday = (day: string, name: string) =>
  call<Holiday>('put', '/api/v1/holidays/{day}', { path: { day }, body: { name } })

export const deleteHoliday = (day: string) =>
  call<void>('delete', '/api/v1/holidays/{day}', { path: { day } })

/** importHolidays adds the days of a calendar file; a preview only says which they are. */
export const importHolidays = (file: string, preview: boolean) =>
  send<HolidayImport>('/api/v1/holidays/import', file, 'text/calendar', { preview })
