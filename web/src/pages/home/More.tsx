import { Link } from '@tanstack/react-router'

export function More({ to, children }: { to: string; children: string }) {
  return (
    <Link to={to} className="rounded font-medium text-accent-text underline-offset-2 hover:underline">
      {children}
    </Link>
  )
}
