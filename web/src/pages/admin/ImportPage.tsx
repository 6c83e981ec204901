import { useQueryClient } from '@tanstack/react-query'
import { FileUp } from 'lucide-react'
import { useRef, useState } from 'react'
import type { Sync } from '../../api/connection'
import { asError, message } from '../../api/error'
import { importPeople } from '../../api/people'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { Checkbox } from '../../components/Checkbox'
import { cx } from '../../components/cx'
import { Field } from '../../components/Field'
import { Note } from '../../components/Note'
import { Textarea } from '../../components/Textarea'
import { toast } from '../../components/toast'
import { AdminFrame } from '../../modules/admin/AdminFrame'
import { Faults, PlanView } from '../../modules/plan/PlanView'
import { inLines, isEmpty } from '../../modules/plan/plan'

const example = `login,name,email,title,department,manager,groups,active
ada,Ada Lovelace,ada@example.com,Engineer,Platform,grace,it;security,true
grace,Grace Hopper,grace@example.com,Head of Platform,Platform,,,true`

export function ImportPage() {
  const client = useQueryClient()
  const file = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [name, setName] = useState('')
  const [over, setOver] = useState(false)
  const [result, setResult] = useState<Sync | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState('')
  const [skip, setSkip] = useState(false)
  const [shrink, setShrink] = useState(false)

  const put = (next: string, from = '') => {
    setName(from)
    setText(next)
    setResult(null)
    setError(null)
    setShrink(false)
  }
  const read = async (f: File | undefined) => f && put(await f.text(), f.name)
  const run = async (preview: boolean) => {
    setBusy(preview ? 'preview' : 'apply')
    setError(null)
    try {
      const sync = await importPeople(text, {
        name: name || undefined,
        preview,
        skip_invalid: skip || undefined,
        accept_shrink: (!preview && shrink) || undefined,
      })
      setResult(sync)
      if (!preview && sync.state === 'applied') {
        toast('The people were imported.', { tone: 'good' })
        for (const key of ['users', 'user', 'resources', 'connections', 'access'])
          void client.invalidateQueries({ queryKey: [key] })
      }
    } catch (e) {
      setError(e)
    } finally {
      setBusy('')
    }
  }
  const lines = <F extends { message: string }>(faults: readonly F[]) => inLines(faults, name || 'people')
  const faults = error === null ? [] : lines(asError(error).faults)
  const plan = result?.plan && { ...result.plan, faults: lines(result.plan.faults ?? []) }
  const applied = result?.state === 'applied'
  const blocked = !!plan && (plan.faults?.length ?? 0) > 0 && !skip
  return (
    <AdminFrame
      to="/admin/import"
      title="Import people"
      sub="The file is checked as a whole. Nothing changes until you have seen what would."
    >
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Card title="The file">
          <div className="grid gap-4">
            {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut for the button inside */}
            <div
              className={cx(
                'grid justify-items-center gap-2 rounded-lg border-2 border-dashed px-4 py-6 text-center',
                over ? 'border-accent bg-accent-soft' : 'border-line',
              )}
              onDragOver={(e) => {
                e.preventDefault()
                setOver(true)
              }}
              onDragLeave={() => setOver(false)}
              onDrop={(e) => {
                e.preventDefault()
                setOver(false)
                void read(e.dataTransfer.files[0])
              }}
            >
              <FileUp aria-hidden className="size-6 text-muted" />
              <p className="text-muted">Drop a CSV or JSON file here, or</p>
              <Button onClick={() => file.current?.click()}>Choose a file</Button>
              <input
                ref={file}
                type="file"
                accept=".csv,.json,text/csv,application/json"
                className="sr-only"
                aria-label="File of people"
                tabIndex={-1}
                onChange={(e) => void read(e.target.files?.[0])}
              />
            </div>
            <Field
              label="Or paste it"
              help="Columns: login, name, email, title, department, manager, groups (with ; between), active."
            >
              {(control) => (
                <Textarea
                  {...control}
                  rows={12}
                  spellCheck={false}
                  className="font-mono text-[0.8125rem] [white-space:pre]"
                  placeholder={example}
                  value={text}
                  onChange={(e) => put(e.target.value)}
                />
              )}
            </Field>
            <Checkbox checked={skip} onChange={(e) => setSkip(e.target.checked)}>
              Leave out what is wrong and import the rest
            </Checkbox>
            <div className="flex flex-wrap gap-2">
              <Button
                look={plan && !applied ? 'secondary' : 'primary'}
                busy={busy === 'preview'}
                disabled={!text.trim()}
                onClick={() => void run(true)}
              >
                Preview
              </Button>
              {!text && (
                <Button look="quiet" onClick={() => put(example)}>
                  Use an example
                </Button>
              )}
            </div>
          </div>
        </Card>
        <Card title={applied ? 'What was changed' : 'What would change'}>
          {error !== null && (
            <div className="grid gap-3">
              {faults.length > 0 ? (
                <div role="alert">
                  <Faults faults={faults} />
                </div>
              ) : (
                <Note tone="bad">{message(error)}</Note>
              )}
              {faults.length > 0 && (
                <p className="text-muted">
                  Nothing was changed. Correct the file, or choose to leave out what is wrong.
                </p>
              )}
            </div>
          )}
          {!plan && error === null && (
            <p className="text-muted">
              Press Preview: new people, changes, who leaves, and every fault with its line are shown here.
            </p>
          )}
          {plan && (
            <div className="grid gap-4">
              {applied && <Note tone="good">Imported.</Note>}
              {result.error && <Note tone="bad">{result.error}</Note>}
              <PlanView plan={plan} />
              {!applied && !isEmpty(plan) && (
                <div className="grid gap-3 border-line border-t pt-4">
                  {plan.refused && (
                    <Checkbox checked={shrink} onChange={(e) => setShrink(e.target.checked)}>
                      I have checked it: these people really are gone
                    </Checkbox>
                  )}
                  <div>
                    <Button
                      look={plan.removes ? 'danger' : 'primary'}
                      busy={busy === 'apply'}
                      disabled={blocked || (!!plan.refused && !shrink)}
                      onClick={() => void run(false)}
                    >
                      Apply {plan.creates + plan.changes + plan.removes} changes
                    </Button>
                  </div>
                  {blocked && (
                    <p className="text-[0.8125rem] text-muted">
                      Correct the file first, or choose to leave out what is wrong.
                    </p>
                  )}
                </div>
              )}
            </div>
          )}
        </Card>
      </div>
    </AdminFrame>
  )
}
