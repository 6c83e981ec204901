import { Link } from '@tanstack/react-router'
import { requestPath } from '../../modules/paths'

/** RequestLink leads to the request behind something. */
export function RequestLink({ id }: { id: string }) {
  return (
    <Link
      to={requestPath({ id })}
      className="mt-0.5 block w-fit rounded py-0.5 text-[0.8125rem] text-accent-text underline-offset-2 hover:underline"
    >
      See the request
    </Link>
  )
}
