import { Button } from '../../components/Button'

const words: Record<string, string> = {
  name: 'name',
  slug: 'slug',
  description: 'description',
  physical: 'kind of thing',
  owners: 'owners',
  audience: 'audience',
  form: 'form',
  flow: 'who decides',
  fulfilment: 'fulfilment',
  revocation: 'removal',
  durations: 'lengths',
}

/** SaveBar floats above the end of the page while something is not saved, and says what. */
export function SaveBar({
  changed,
  busy,
  onSave,
  onReset,
}: {
  changed: readonly string[]
  busy: boolean
  onSave: () => void
  onReset: () => void
}) {
  if (changed.length === 0) return null
  return (
    <section
      aria-label="Unsaved changes"
      data-bar
      className="enter sticky bottom-[calc(4.25rem+env(safe-area-inset-bottom))] z-20 flex flex-wrap items-center gap-2 rounded-lg border border-line bg-raised py-2.5 pr-2.5 pl-4 shadow-pop md:bottom-5"
    >
      <p className="min-w-40 flex-1">
        <span className="font-medium">Not saved:</span>{' '}
        <span className="text-muted">{changed.map((c) => words[c] ?? c).join(', ')}</span>
      </p>
      <Button look="quiet" onClick={onReset}>
        Discard
      </Button>
      <Button look="primary" busy={busy} onClick={onSave}>
        Save changes
      </Button>
    </section>
  )
}
