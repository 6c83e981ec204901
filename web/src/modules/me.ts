import { useQuery } from '@tanstack/react-query'
import { meQuery } from '../api/session'
import type { Me } from '../api/types'

/** useMe is who is signed in; undefined for the moment until the server has said so. */
export function useMe(): Me | undefined {
  return useQuery(meQuery()).data
}
