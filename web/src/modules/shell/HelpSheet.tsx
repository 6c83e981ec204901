import { Checkbox } from '../../components/Checkbox'
import { Dialog } from '../../components/Dialog'
import { commandKey, Kbd } from '../../components/Kbd'
import { registered, setShortcuts, useShortcutsEnabled } from '../../components/shortcuts'

/** HelpSheet lists the keys that work on this page now, and switches the single ones off. */
export default function HelpSheet({ onClose }: { onClose: () => void }) {
  const on = useShortcutsEnabled()
  return (
    <Dialog open onClose={onClose} title="Keyboard shortcuts" wide>
      <div className="grid gap-5">
        <Checkbox checked={on} onChange={(e) => setShortcuts(e.target.checked)}>
          Single keys work on this device
        </Checkbox>
        <div className="grid gap-6 md:grid-cols-2">
          {registered().map((scope) => (
            <section key={scope.name} className="min-w-0">
              <h3 className="mb-1 font-medium text-muted">{scope.name}</h3>
              <dl>
                {scope.list.map((s) => (
                  <div
                    key={s.keys}
                    className="flex items-center justify-between gap-3 border-line py-1.5 [&:not(:last-child)]:border-b"
                  >
                    <dt>{s.label}</dt>
                    <dd className="flex shrink-0 gap-1">
                      {s.keys
                        .replace('mod+', `${commandKey} `)
                        .split(' ')
                        .map((k) => (
                          <Kbd key={k}>{k.length === 1 ? k.toUpperCase() : k}</Kbd>
                        ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </div>
    </Dialog>
  )
}
