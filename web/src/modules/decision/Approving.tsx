import type { AccessRequest } from '../../api/types'
import { later } from '../../components/later'
import { Skeleton } from '../../components/Skeleton'
import { Folded } from '../impact/Folded'

interface Props {
  request: AccessRequest
  duration?: string
}
const WhatApproving = later<Props>(
  () => import('./WhatApproving').then((m) => m.WhatApproving),
  undefined,
  <Skeleton className="h-16" />,
)

/** Approving folds away what an approval would bring. */
export const Approving = ({ label, ...props }: Props & { label?: string }) => (
  <Folded summary="What approving changes" label={label}>
    {() => <WhatApproving {...props} />}
  </Folded>
)
