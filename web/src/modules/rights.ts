// What the signed-in person may do as such, as the server says.
import type { Me } from '../api/types'
import { useMe } from './me'

export interface Rights {
  known: boolean
  admin: boolean
  auditor: boolean
  /** May make and change anything in the catalogue. */
  catalogue: boolean
}

export function rightsOf(me: Me | undefined): Rights {
  const p = me?.permissions
  const admin = !!p?.admin
  return {
    known: !!me,
    admin,
    auditor: admin || !!p?.auditor,
    catalogue: admin || !!p?.catalogue_manager,
  }
}

export const useRights = (): Rights => rightsOf(useMe())
