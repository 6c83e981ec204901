import { Link } from '@tanstack/react-router'

export function More({
  to,
  search,
  children,
}: {
  to: string
  search?: Record<string, string>
  children: string
}) {
  return (
    <Link
      to={to}
      search={search}
      className="rounded font-medium text-accent-text underline-offset-2 hover:underline"
    >
      {children}
    </Link>
  )
}
