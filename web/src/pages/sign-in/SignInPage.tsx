import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { ArrowRight, LogIn } from 'lucide-react'
import { useEffect, useState } from 'react'
import { message } from '../../api/error'
import { methodsQuery, signInDemo } from '../../api/session'
import { Avatar } from '../../components/Avatar'
import { buttonClass } from '../../components/Button'
import { ErrorState } from '../../components/ErrorState'
import { SkeletonRows } from '../../components/Skeleton'
import { Logo } from '../../modules/shell/Logo'

/** safe lets nobody be sent to another site after signing in. */
export function safe(target: string | undefined): string {
  if (!target?.startsWith('/') || target.startsWith('//') || target.includes('\\')) return '/'
  return target.startsWith('/sign-in') ? '/' : target
}

export function SignInPage() {
  const search = useSearch({ strict: false }) as { return_to?: string; error?: string }
  const target = safe(search.return_to)
  const methods = useQuery(methodsQuery())
  const navigate = useNavigate()
  const client = useQueryClient()
  const [busy, setBusy] = useState('')
  const [error, setError] = useState(search.error ?? '')
  useEffect(() => {
    document.title = 'Sign in · Sallyport'
  }, [])

  const enter = async (login: string) => {
    setBusy(login)
    setError('')
    try {
      await signInDemo(login)
      client.removeQueries({ predicate: (q) => q.queryKey[0] !== 'auth-methods' })
      await navigate({ to: target as string })
    } catch (e) {
      setError(message(e))
      setBusy('')
    }
  }
  const demo = methods.data?.demo ?? []
  const oidc = methods.data?.oidc ?? []
  return (
    <main className="mx-auto grid min-h-dvh max-w-[52rem] content-center gap-6 px-4 py-10">
      <header className="grid justify-items-center gap-3 text-center">
        <Logo className="size-12" />
        <div>
          <h1 className="font-semibold text-2xl tracking-tight">Sign in to Sallyport</h1>
          <p className="mt-1 text-muted">Ask for access, decide on it, and see who has what and why.</p>
        </div>
      </header>
      {error && (
        <p role="alert" className="rounded-md bg-bad-soft px-4 py-3 text-bad">
          {error}
        </p>
      )}
      {methods.isPending && <SkeletonRows rows={4} label="Loading the ways to sign in" />}
      {methods.error && <ErrorState error={methods.error} onRetry={() => void methods.refetch()} />}
      {oidc.length > 0 && (
        <div className="mx-auto grid w-full max-w-sm gap-2">
          {oidc.map((p) => (
            <a
              key={p.id}
              className={buttonClass('primary', 'lg', 'w-full')}
              href={`/auth/oidc/${encodeURIComponent(p.id)}/login?return_to=${encodeURIComponent(target)}`}
            >
              <LogIn aria-hidden className="size-4.5" />
              Continue with {p.name}
            </a>
          ))}
        </div>
      )}
      {demo.length > 0 && (
        <section aria-labelledby="demo" className="grid gap-3">
          <h2 id="demo" className="text-center font-medium text-muted">
            This is a demo company. Choose whose eyes to look through.
          </h2>
          <ul className="grid gap-2.5 sm:grid-cols-2">
            {demo.map((p) => (
              <li key={p.login}>
                <button
                  type="button"
                  disabled={busy !== ''}
                  aria-busy={busy === p.login || undefined}
                  onClick={() => void enter(p.login)}
                  className="group flex h-full w-full items-start gap-3 rounded-lg border border-line bg-surface p-4 text-left shadow-card transition-colors hover:border-edge disabled:opacity-60"
                >
                  <Avatar name={p.name} size="lg" />
                  <span className="min-w-0 flex-1">
                    <span className="block">
                      <span className="font-medium">{p.name}</span>
                      {p.title && <span className="text-muted"> · {p.title}</span>}
                    </span>
                    {p.description && (
                      <span className="mt-0.5 block text-[0.875rem] text-muted">{p.description}</span>
                    )}
                    <span className="mt-1 block text-[0.8125rem] text-muted">
                      Signs in as <span className="font-mono">{p.login}</span>
                    </span>
                  </span>
                  <ArrowRight
                    aria-hidden
                    className="group-hover:translate-x-0.5 mt-1 size-4 shrink-0 text-muted transition-transform group-hover:text-accent-text"
                  />
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {methods.data && demo.length + oidc.length === 0 && (
        <p className="text-center text-muted">
          No way to sign in is set up. An admin adds single sign-on in the server's configuration.
        </p>
      )}
    </main>
  )
}
