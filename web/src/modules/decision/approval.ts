import type { Trial } from '../../api/impact'
import type { AccessRequest } from '../../api/types'

/** approval is the vote that approves a request, to be tried out. */
export const approval = (r: AccessRequest, duration?: string, accept?: boolean): Trial => ({
  method: 'post',
  path: '/api/v1/requests/{id}/votes',
  params: { id: r.id },
  body: { vote: 'approve', version: r.version, duration, accept },
})
