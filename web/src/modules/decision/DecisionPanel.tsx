import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { Check, Pencil, Undo2 } from 'lucide-react'
import { type ComponentProps, useRef, useState } from 'react'
import { cutsMany, message } from '../../api/error'
import { tryQuery } from '../../api/impact'
import type { AccessRequest, NewThing } from '../../api/types'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import type { DurationPickerProps, Length } from '../../components/DurationPicker'
import { Field } from '../../components/Field'
import { later } from '../../components/later'
import { Note } from '../../components/Note'
import { useShortcuts } from '../../components/shortcuts'
import { Textarea } from '../../components/Textarea'
import { howLong, lengthWords, seconds } from '../../components/time'
import type Whole from '../create/EditDialog'
import { firstName } from '../names'
import { useRights } from '../rights'
import { undo, useHeld } from '../undo'
import { Approving } from './Approving'
import { approval } from './approval'
import { useCast } from './cast'
import { FactList } from './FactList'
import { warned } from './facts'

const EditDialog = later<ComponentProps<typeof Whole>>(
  async () => (await import('../create/EditDialog')).default,
  (p) => p.open,
)

const DurationPicker = later<DurationPickerProps>(() =>
  import('../../components/DurationPicker').then((m) => m.DurationPicker),
)

/** DecisionPanel is where an approver decides: facts first, then a note, then the verbs that say the result. */
export function DecisionPanel({ request }: { request: AccessRequest }) {
  const cast = useCast()
  const rights = useRights()
  const held = useHeld().has(request.id)
  const [comment, setComment] = useState('')
  const [shorter, setShorter] = useState<Length | null>(null)
  const [error, setError] = useState('')
  const [sure, setSure] = useState(false)
  const search = useSearch({ strict: false }) as { edit?: string }
  const [editing, setEditing] = useState(!!request.create && search.edit === '1')
  const [edited, setEdited] = useState<NewThing>()
  const note = useRef<HTMLTextAreaElement>(null)
  const asked = howLong(request)
  const length = shorter?.duration
  const tooLong =
    !!length &&
    !!request.duration &&
    (seconds(length) ?? 0) > (seconds(request.duration) ?? Number.POSITIVE_INFINITY)

  const changed = !tooLong && length && length !== request.duration ? length : undefined

  // What a role gets may shorten memberships of it; over some number an admin accepts that.
  const { error: refused } = useQuery(
    tryQuery(request.beneficiary.kind === 'role' ? approval(request, changed) : null),
  )
  const many = !!refused && cutsMany(refused)
  const cuts = many && rights.admin

  const approve = () => {
    if (held || tooLong) return
    if (warned(request) && !sure) {
      setSure(true)
      return
    }
    cast([request], {
      vote: 'approve',
      comment: comment.trim(),
      duration: changed,
      edited,
      accept: cuts || undefined,
    })
  }
  const deny = () => {
    if (held) return
    if (!comment.trim()) {
      setError('Say why in a sentence; it is sent with the denial.')
      note.current?.focus()
      return
    }
    cast([request], { vote: 'deny', comment: comment.trim() })
  }
  useShortcuts('This request', [
    { keys: 'a', label: 'Approve', run: approve },
    { keys: 'd', label: 'Deny', run: deny },
  ])

  if (held)
    return (
      <Card title="Your decision">
        <p className="text-muted">It is sent in a moment.</p>
        <Button className="mt-3" icon={<Undo2 aria-hidden className="size-4" />} onClick={() => undo()}>
          Undo
        </Button>
      </Card>
    )
  return (
    <Card title="Your decision">
      <div className="grid gap-4">
        <FactList request={request} />
        <Field
          label={`Note to ${firstName(request.requester.name)}`}
          required={false}
          error={error}
          help={error ? undefined : 'A denial needs one.'}
        >
          {(control) => (
            <Textarea
              {...control}
              ref={note}
              value={comment}
              onChange={(e) => {
                setComment(e.target.value)
                setError('')
              }}
            />
          )}
        </Field>
        {shorter && (
          <DurationPicker
            label="Approve for"
            value={shorter}
            onChange={(v) => setShorter(v.duration ? v : shorter)}
            limit={seconds(request.duration)}
            canNoEnd={false}
            error={tooLong ? `At most the ${lengthWords(request.duration)} that were asked for.` : undefined}
          />
        )}
        {many && <Note tone="warn">{message(refused)}</Note>}
        <Approving request={request} duration={changed} />
        <div className="flex flex-wrap gap-2">
          <Button
            look="primary"
            className="max-md:min-h-11 flex-1"
            icon={<Check aria-hidden className="size-4" />}
            disabled={tooLong}
            onClick={approve}
          >
            {cuts
              ? 'Approve and shorten them'
              : sure
                ? 'Approve anyway'
                : edited
                  ? 'Approve as edited'
                  : 'Approve'}
            {length ? ` for ${lengthWords(length)}` : request.duration ? ` for ${asked}` : ''}
          </Button>
          <Button look="danger-quiet" onClick={deny}>
            Deny
          </Button>
        </div>
        {request.create && (
          <div className="flex flex-wrap items-center gap-2">
            <Button
              look="quiet"
              size="sm"
              icon={<Pencil aria-hidden className="size-4" />}
              onClick={() => setEditing(true)}
            >
              {edited ? 'Edit further' : 'Edit before approving'}
            </Button>
            {edited && (
              <Button look="quiet" size="sm" onClick={() => setEdited(undefined)}>
                Approve as asked instead
              </Button>
            )}
            <EditDialog
              request={request}
              open={editing}
              onClose={() => setEditing(false)}
              onUse={(form) => {
                setEdited(form)
                setEditing(false)
              }}
            />
          </div>
        )}
        {request.duration && !shorter && (
          <Button
            look="quiet"
            size="sm"
            className="justify-self-start"
            onClick={() => setShorter({ duration: request.duration })}
          >
            Approve for shorter
          </Button>
        )}
      </div>
    </Card>
  )
}
