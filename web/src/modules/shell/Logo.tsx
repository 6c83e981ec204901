/** Logo is the gate. The word stands beside it, so it is silent. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={className}>
      <rect width="32" height="32" rx="8" fill="var(--color-accent)" />
      <path
        d="M6.5 25.5V14a9.5 9.5 0 0 1 19 0v11.5M12.5 25.5v-8.5a3.5 3.5 0 0 1 7 0v8.5"
        fill="none"
        stroke="#fff"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
    </svg>
  )
}
