// Days and times are those of the time zone in the person's profile.
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { meQuery } from '../../api/session'
import { setZone, zone } from '../../components/zone'

const key = 'zone'

/**
 * useZone puts the zone in force and returns it. Until the server has said whose page this is, that of last time serves;
 * where there was no last time it is undefined, and what shows times waits.
 */
export function useZone(): string | undefined {
  const { data: me, isPending } = useQuery(meQuery())
  const said = me?.user.time_zone ?? ''
  const last = localStorage.getItem(key)
  setZone(me ? said : (last ?? undefined))
  useEffect(() => {
    if (me) localStorage.setItem(key, said)
  }, [me, said])
  return isPending && last === null ? undefined : zone()
}
