import { type FormEvent, useState } from 'react'
import type { AccessRequest, NewThing } from '../../api/types'
import { Button } from '../../components/Button'
import { Dialog } from '../../components/Dialog'
import { Impact } from '../impact/Impact'
import { type Draft, fromThing, missing, toThing } from './draft'
import { ThingFields } from './ThingFields'

/** EditDialog is where an approver edits what was asked before approving it; what that would do is tried out beside it. */
export default function EditDialog({
  request: r,
  open,
  onClose,
  onUse,
}: {
  request: AccessRequest
  open: boolean
  onClose: () => void
  onUse: (edited: NewThing) => void
}) {
  const c = r.create
  const [draft, setDraft] = useState<Draft | null>(() => (c ? fromThing(c.decided ?? c.asked) : null))
  const [tried, setTried] = useState(false)
  if (!draft) return null
  const faults = missing(draft)
  const edited = toThing(draft)
  const use = (e: FormEvent) => {
    e.preventDefault()
    setTried(true)
    if (Object.keys(faults).length) return
    onUse(edited)
  }
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Edit what is asked for"
      description="What was asked stays beside it. Owners, members, tags and parts are added by who could add the thing without asking."
      wide
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="edit-new">
            Use these changes
          </Button>
        </>
      }
    >
      <form
        id="edit-new"
        noValidate
        onSubmit={use}
        className="grid items-start gap-x-7 gap-y-5 md:grid-cols-[minmax(0,1fr)_21rem]"
      >
        <div className="grid min-w-0 gap-5">
          <ThingFields
            draft={draft}
            onChange={(patch) => setDraft((old) => old && { ...old, ...patch })}
            fault={(f) => (tried ? faults[f] : undefined)}
            editing
          />
        </div>
        <section aria-label="What your approval would do" className="grid gap-2 md:sticky md:top-0">
          <h3 className="font-medium text-[0.8125rem] text-muted">What your approval would do</h3>
          <Impact
            trial={
              Object.keys(faults).length
                ? null
                : {
                    method: 'post',
                    path: '/api/v1/requests/{id}/votes',
                    params: { id: r.id },
                    body: { vote: 'approve', version: r.version, edited },
                  }
            }
            idle="Give it a name."
          />
        </section>
      </form>
    </Dialog>
  )
}
