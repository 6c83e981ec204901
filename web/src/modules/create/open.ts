// The dialog for something new is part of the address, like the request dialog: ?new=app opens it on any page.
import { type UseNavigateResult, useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { NewThing } from '../../api/types'

export interface NewParam {
  kind: NewThing['kind']
  /** What somebody looked for and did not find. */
  name?: string
  /** The app's slug, of an entitlement. */
  app?: string
}
type Search = Record<string, string | undefined>

export const newKinds: readonly NewThing['kind'][] = ['app', 'entitlement', 'group', 'role']

/** setNew opens the dialog, or closes it with null. */
export function setNew(navigate: UseNavigateResult<string>, param: NewParam | null) {
  const go = navigate as unknown as (options: Record<string, unknown>) => Promise<void>
  void go({
    to: '.',
    resetScroll: false,
    replace: param === null,
    search: (old: Search): Search => {
      const { new: _n, named: _m, in: _i, ...rest } = old
      if (!param) return rest
      return {
        ...rest,
        new: param.kind,
        ...(param.name ? { named: param.name } : {}),
        ...(param.app ? { in: param.app } : {}),
      }
    },
  })
}

/** useNew returns a function that opens the dialog. */
export function useNew(): (param?: Partial<NewParam>) => void {
  const navigate = useNavigate()
  return (param = {}) => setNew(navigate, { kind: 'app', ...param })
}

/** useNewParam is what the address asks for, or null. */
export function useNewParam(): NewParam | null {
  const search = useSearch({ strict: false }) as Search
  return useMemo(() => {
    const kind = newKinds.find((k) => k === search.new)
    if (!kind) return null
    return {
      kind,
      ...(search.named ? { name: search.named } : {}),
      ...(search.in ? { app: search.in } : {}),
    }
  }, [search.new, search.named, search.in])
}
