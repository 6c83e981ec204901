import { Ban, Check, Clock, LoaderCircle, type LucideIcon, TriangleAlert, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from './cx'

export type StepState = 'done' | 'now' | 'later' | 'refused' | 'failing' | 'stopped' | 'working'
export interface Step {
  key: string
  state: StepState
  title: ReactNode
  meta?: ReactNode
  /** What somebody wrote. */
  quote?: string
  children?: ReactNode
}

const looks: Record<StepState, [icon: LucideIcon | null, ring: string, spoken: string]> = {
  done: [Check, 'border-good bg-good-soft text-good', 'Done'],
  now: [Clock, 'border-accent-text bg-accent-soft text-accent-text', 'Now'],
  working: [LoaderCircle, 'border-accent-text bg-accent-soft text-accent-text', 'In work'],
  later: [null, 'border-edge bg-surface text-muted', 'Later'],
  refused: [X, 'border-bad bg-bad-soft text-bad', 'Refused'],
  failing: [TriangleAlert, 'border-bad bg-bad-soft text-bad', 'Failing'],
  stopped: [Ban, 'border-edge bg-sunken text-muted', 'Stopped'],
}

/** Timeline is an ordered list; each state is spoken, not only drawn. */
export function Timeline({ steps, label }: { steps: readonly Step[]; label: string }) {
  return (
    <ol aria-label={label} className="grid">
      {steps.map((step, i) => {
        const [Icon, ring, spoken] = looks[step.state]
        return (
          <li key={step.key} className="relative flex gap-3 pb-5 last:pb-0">
            {i < steps.length - 1 && (
              <span
                aria-hidden
                className={cx(
                  'absolute top-7 bottom-1 left-[0.71875rem] w-px',
                  step.state === 'done' ? 'bg-good/50' : 'bg-line',
                )}
              />
            )}
            <span
              aria-hidden
              className={cx('z-[1] grid size-6 shrink-0 place-items-center rounded-full border-2', ring)}
            >
              {Icon && <Icon className="size-3.5" strokeWidth={2.5} />}
            </span>
            <div className="min-w-0 flex-1 pt-px">
              <span className="sr-only">{spoken}: </span>
              <div className={step.state === 'later' ? 'text-muted' : undefined}>{step.title}</div>
              {step.meta && <div className="mt-0.5 text-[0.8125rem] text-muted">{step.meta}</div>}
              {step.quote && (
                <blockquote className="mt-2 whitespace-pre-line rounded-md bg-sunken px-3 py-2 [overflow-wrap:anywhere]">
                  {step.quote}
                </blockquote>
              )}
              {step.children && <div className="mt-2">{step.children}</div>}
            </div>
          </li>
        )
      })}
    </ol>
  )
}
