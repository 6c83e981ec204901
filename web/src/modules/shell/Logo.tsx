/** Logo is the gate. The word stands beside it, so it is silent. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={className}>
      <rect width="32" height="32" rx="8" fill="var(--color-accent)" />
      <path
        d="M8 25V14.5a8 8 0 0 1 16 0V25M8 16.5h16M16 7v18M12 16.5V25m8-8.5V25"
        fill="none"
        stroke="#fff"
        strokeWidth="2.2"
        strokeLinecap="round"
      />
    </svg>
  )
}
