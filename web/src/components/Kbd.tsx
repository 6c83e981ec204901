export function Kbd({ children }: { children: string }) {
  return (
    <kbd className="inline-grid min-w-5 place-items-center rounded border border-line bg-sunken px-1 font-sans text-[0.6875rem] text-muted">
      {children}
    </kbd>
  )
}

/** commandKey is how this machine's keyboard names the key. */
export const commandKey = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '') ? '⌘' : 'Ctrl'
