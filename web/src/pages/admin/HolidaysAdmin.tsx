import { useQuery, useQueryClient } from '@tanstack/react-query'
import { CalendarDays, CalendarPlus, FileUp } from 'lucide-react'
import { type FormEvent, useRef, useState } from 'react'
import { asError, message } from '../../api/error'
import {
  deleteHoliday,
  type Holiday,
  type HolidayImport,
  holidaysQuery,
  importHolidays,
  setHoliday,
} from '../../api/holiday'
import { Button } from '../../components/Button'
import { Card } from '../../components/Card'
import { Dialog } from '../../components/Dialog'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { Field } from '../../components/Field'
import { Input } from '../../components/Input'
import { Note } from '../../components/Note'
import { SkeletonRows } from '../../components/Skeleton'
import { type Column, Table } from '../../components/Table'
import { toast } from '../../components/toast'
import { localDate } from '../../components/zone'
import { AdminFrame } from '../../modules/admin/AdminFrame'

const long = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
})
/** words says a day of the list, which is the same day everywhere. */
const words = (day: string) => long.format(new Date(`${day}T00:00:00Z`))

const columns: Column<Holiday>[] = [
  { key: 'day', header: 'Day', cell: (h) => <span className="font-medium">{words(h.day)}</span> },
  { key: 'name', header: 'Name', cell: (h) => h.name || <span className="text-muted">–</span> },
]

/** HolidaysAdmin keeps the days on which nobody is told what ends: by hand, and from a calendar file. */
export function HolidaysAdmin() {
  const client = useQueryClient()
  const query = useQuery(holidaysQuery())
  const [day, setDay] = useState('')
  const [name, setName] = useState('')
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const [past, setPast] = useState(false)
  const file = useRef<HTMLInputElement>(null)
  const [found, setFound] = useState<{ text: string; result: HolidayImport } | null>(null)
  const fresh = () => client.invalidateQueries({ queryKey: ['holidays'] })
  const all = query.data?.items ?? []
  const today = localDate(new Date())
  const list = past ? all : all.filter((h) => h.day >= today)
  const add = async (e: FormEvent) => {
    e.preventDefault()
    if (!day) return setError('Choose a day.')
    setBusy(true)
    setError('')
    try {
      await setHoliday(day, name.trim())
      toast(`${words(day)} is a holiday.`, { tone: 'good' })
      setDay('')
      setName('')
      await fresh()
    } catch (err) {
      setError(asError(err).fault('day') || asError(err).fault('name') || message(err))
    } finally {
      setBusy(false)
    }
  }
  const remove = async (h: Holiday) => {
    try {
      await deleteHoliday(h.day)
      toast(`${words(h.day)} is a working day again.`, {
        tone: 'good',
        action: { label: 'Undo', run: () => void setHoliday(h.day, h.name ?? '').then(fresh) },
      })
    } catch (err) {
      toast(`Not removed. ${message(err)}`, { tone: 'bad' })
    }
    await fresh()
  }
  const look = async (f: File | undefined) => {
    if (!f) return
    try {
      const text = await f.text()
      setFound({ text, result: await importHolidays(text, true) })
    } catch (err) {
      toast(`${f.name} was not read. ${message(err)}`, { tone: 'bad' })
    } finally {
      if (file.current) file.current.value = ''
    }
  }
  return (
    <AdminFrame
      to="/admin/holidays"
      title="Holidays"
      sub="Besides weekends, the days on which nobody is told what ends soon: it is told on the working day before."
      actions={
        <>
          <Button icon={<FileUp aria-hidden className="size-4" />} onClick={() => file.current?.click()}>
            From a calendar file
          </Button>
          <input
            ref={file}
            type="file"
            accept=".ics,text/calendar"
            className="sr-only"
            aria-label="Calendar file"
            tabIndex={-1}
            onChange={(e) => void look(e.target.files?.[0])}
          />
        </>
      }
    >
      <Card className="mb-4">
        <form noValidate onSubmit={(e) => void add(e)} className="flex flex-wrap items-end gap-3">
          <Field label="Day" error={error}>
            {(control) => (
              <Input {...control} type="date" value={day} onChange={(e) => setDay(e.target.value)} />
            )}
          </Field>
          <div className="min-w-48 flex-1">
            <Field label="Name" required={false}>
              {(control) => (
                <Input {...control} maxLength={200} value={name} onChange={(e) => setName(e.target.value)} />
              )}
            </Field>
          </div>
          <Button
            type="submit"
            look="primary"
            busy={busy}
            icon={<CalendarPlus aria-hidden className="size-4" />}
          >
            Add the day
          </Button>
        </form>
      </Card>
      {query.isPending ? (
        <SkeletonRows rows={5} label="Loading the holidays" />
      ) : !query.data ? (
        <Card>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      ) : list.length === 0 ? (
        <Card>
          <EmptyState
            kind="first"
            icon={CalendarDays}
            title={all.length > 0 ? 'No holiday is to come' : 'There are no holidays'}
          >
            Add days by hand, or take them from the calendar file (.ics) that your country or your calendar
            offers.
          </EmptyState>
        </Card>
      ) : (
        <Table
          caption="Holidays"
          columns={columns}
          rows={list}
          id={(h) => h.day}
          action={(h) => (
            <Button size="sm" look="danger-quiet" onClick={() => void remove(h)}>
              Remove<span className="sr-only"> {words(h.day)}</span>
            </Button>
          )}
        />
      )}
      {all.some((h) => h.day < today) && (
        <Button look="quiet" size="sm" className="mt-3" onClick={() => setPast(!past)}>
          {past
            ? 'Hide those that are past'
            : `Show ${all.filter((h) => h.day < today).length} that are past`}
        </Button>
      )}
      {found && (
        <FromFile
          {...found}
          onClose={() => setFound(null)}
          onDone={(n) => {
            setFound(null)
            toast(n === 1 ? '1 holiday was added.' : `${n} holidays were added.`, { tone: 'good' })
            void fresh()
          }}
        />
      )}
    </AdminFrame>
  )
}

/** FromFile shows what a calendar file brings before it is added. */
function FromFile({
  text,
  result,
  onClose,
  onDone,
}: {
  text: string
  result: HolidayImport
  onClose: () => void
  onDone: (added: number) => void
}) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState('')
  const items = result.items ?? []
  const skipped = result.skipped ?? []
  const add = async () => {
    setBusy(true)
    setError('')
    try {
      onDone((await importHolidays(text, false)).added)
    } catch (err) {
      setError(message(err))
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Holidays of this file"
      description="Three years from the first of January on. Days that are in the list keep their names; none is removed."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={busy} disabled={result.added === 0} onClick={() => void add()}>
            {result.added === 1 ? 'Add 1 day' : `Add ${result.added} days`}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        {error && <Note tone="bad">{error}</Note>}
        {items.length === 0 && <p>It has no day in these years that is a holiday.</p>}
        {items.length > 0 && (
          <ul aria-label="Days of the file" className="grid gap-1">
            {items.map((h) => (
              <li key={h.day} className="flex flex-wrap justify-between gap-x-4">
                <span className="font-medium">{words(h.day)}</span>
                <span className="text-muted">
                  {[h.name, h.known && 'in the list already'].filter(Boolean).join(' · ')}
                </span>
              </li>
            ))}
          </ul>
        )}
        {skipped.length > 0 && (
          <section aria-label="Left out">
            <h3 className="mb-1 font-medium">Left out</h3>
            <ul className="grid gap-1 text-[0.875rem] text-muted">
              {skipped.slice(0, 50).map((s, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have no other name
                <li key={i}>
                  {s.name || s.day || 'An event'}: {s.why}
                </li>
              ))}
            </ul>
            {skipped.length > 50 && (
              <p className="text-[0.875rem] text-muted">… and {skipped.length - 50} more.</p>
            )}
          </section>
        )}
      </div>
    </Dialog>
  )
}
