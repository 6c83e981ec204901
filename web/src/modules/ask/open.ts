// The request dialog is part of the address: ?ask=vpn opens it on any page, Back closes it, and a link can be shared.
import { type UseNavigateResult, useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { Relation } from '../../api/types'

export interface AskParam {
  /** The resource's slug; without it the dialog asks. */
  resource?: string
  /** A login, or role:SLUG; without it the caller. */
  beneficiary?: string
  relation?: Relation
  /** True to renew what the beneficiary holds. */
  extend?: boolean
}
type Search = Record<string, string | undefined>

/** setAsk opens the dialog, or closes it with null. */
export function setAsk(navigate: UseNavigateResult<string>, ask: AskParam | null) {
  const go = navigate as unknown as (options: Record<string, unknown>) => Promise<void>
  void go({
    to: '.',
    resetScroll: false,
    replace: ask === null,
    search: (old: Search): Search => {
      const { ask: _a, for: _f, level: _l, renew: _r, ...rest } = old
      if (!ask) return rest
      return {
        ...rest,
        ask: ask.resource ?? '-',
        ...(ask.beneficiary ? { for: ask.beneficiary } : {}),
        ...(ask.relation === 'owner' ? { level: 'owner' } : {}),
        ...(ask.extend ? { renew: '1' } : {}),
      }
    },
  })
}

/** useAsk returns a function that opens the request dialog. */
export function useAsk(): (ask?: AskParam) => void {
  const navigate = useNavigate()
  return (ask = {}) => setAsk(navigate, ask)
}

/** useAskParam is what the address asks for, or null. */
export function useAskParam(): AskParam | null {
  const search = useSearch({ strict: false }) as Search
  return useMemo(() => {
    if (!search.ask) return null
    return {
      ...(search.ask === '-' ? {} : { resource: search.ask }),
      ...(search.for ? { beneficiary: search.for } : {}),
      ...(search.level === 'owner' ? { relation: 'owner' as const } : {}),
      ...(search.renew ? { extend: true } : {}),
    }
  }, [search.ask, search.for, search.level, search.renew])
}
