import { queryOptions } from '@tanstack/react-query'
import { call } from './client'
import type { CreationRule, Flow, Page } from './types'

/** creationRulesQuery reads who decides about new apps, groups and roles. */
export const creationRulesQuery = () =>
  queryOptions({
    queryKey: ['creation-rules'] as const,
    queryFn: ({ signal }) => call<Page<CreationRule>>('get', '/api/v1/creation-rules', { signal }),
  })

/** setCreationRule says who decides about new things of a kind; without a flow the admins do. Admins only. */
export const setCreationRule = (kind: CreationRule['kind'], flow: Flow | undefined) =>
  call<CreationRule>('put', '/api/v1/creation-rules/{kind}', { path: { kind }, body: { flow } })
