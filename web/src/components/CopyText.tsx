import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from './Button'
import { cx } from './cx'

/** CopyText is a text for a machine, with a button that copies it. */
export function CopyText({ text, label, block }: { text: string; label: string; block?: boolean }) {
  const [done, setDone] = useState(false)
  return (
    <div className="flex min-w-0 items-start gap-1 rounded-md bg-sunken py-1 pr-1 pl-3">
      <code
        className={cx(
          'min-w-0 flex-1 py-1.5 font-mono text-[0.8125rem]',
          block ? 'whitespace-pre-wrap [overflow-wrap:anywhere]' : 'truncate',
        )}
      >
        {text}
      </code>
      <IconButton
        label={done ? 'Copied' : label}
        className="size-8"
        onClick={() => {
          void navigator.clipboard?.writeText(text).then(() => {
            setDone(true)
            setTimeout(() => setDone(false), 2000)
          })
        }}
      >
        {done ? <Check aria-hidden className="size-4" /> : <Copy aria-hidden className="size-4" />}
      </IconButton>
    </div>
  )
}
