import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'
import { Count } from './Count'

export interface Tab {
  value: string
  label: string
  count?: number
  content: ReactNode
}

/** Tabs show one of several views. Keep `value` in the URL, so that a view can be shared. */
export function Tabs({
  value,
  onChange,
  tabs,
  label,
}: {
  value: string
  onChange: (value: string) => void
  tabs: readonly Tab[]
  label: string
}) {
  return (
    <Base.Root value={value} onValueChange={(v) => onChange(String(v))}>
      <Base.List
        aria-label={label}
        className="mb-4 flex gap-1 overflow-x-auto border-line border-b [scrollbar-width:none]"
      >
        {tabs.map((tab) => (
          <Base.Tab
            key={tab.value}
            value={tab.value}
            className="-mb-px flex min-h-10 items-center gap-2 whitespace-nowrap border-transparent border-b-2 px-3 font-medium text-muted outline-offset-[-2px] hover:text-ink data-active:border-accent-text data-active:text-ink"
          >
            {tab.label}
            {tab.count !== undefined && <Count value={tab.count} />}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel key={tab.value} value={tab.value} className="outline-offset-4">
          {tab.value === value && tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}
