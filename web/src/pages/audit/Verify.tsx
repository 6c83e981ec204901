import { useQuery } from '@tanstack/react-query'
import { ShieldCheck } from 'lucide-react'
import { checkpointQuery, exportPath } from '../../api/audit'
import { Card } from '../../components/Card'
import { CopyText } from '../../components/CopyText'
import { Disclosure } from '../../components/Disclosure'
import { Facts } from '../../components/Facts'
import { RelativeTime } from '../../components/RelativeTime'
import { Skeleton } from '../../components/Skeleton'

/** Verify tells how an outsider checks the log, with the newest signed checkpoint. */
export function Verify() {
  const { data, isPending } = useQuery({ ...checkpointQuery(), retry: false })
  return (
    <Card
      title={
        <span className="flex items-center gap-2">
          <ShieldCheck aria-hidden className="size-4.5 text-good" /> Check it yourself
        </span>
      }
      className="lg:sticky lg:top-20"
    >
      <div className="grid gap-4">
        <p className="text-muted">
          Every event is a leaf of a Merkle tree whose root is signed. A changed, dropped, reordered or
          inserted event shows.
        </p>
        {isPending ? (
          <Skeleton className="h-20" />
        ) : data ? (
          <>
            <Facts
              rows={[
                [
                  'Events',
                  <span key="s" className="tabular-nums">
                    {data.size.toLocaleString('en-GB')}
                  </span>,
                ],
                data.at ? ['Signed', <RelativeTime key="t" at={data.at} />] : false,
              ]}
            />
            <div className="grid gap-1.5">
              <p className="font-medium text-[0.8125rem] text-muted">Public key</p>
              <CopyText text={data.key} label="Copy the public key" />
            </div>
            <Disclosure title="Newest checkpoint">
              <CopyText text={data.note} label="Copy the checkpoint" block />
            </Disclosure>
          </>
        ) : (
          <p className="text-muted">No checkpoint was signed yet.</p>
        )}
        <ol className="grid list-decimal gap-2 pl-5 marker:text-muted">
          <li>
            <a href={exportPath} download className="font-medium underline underline-offset-2">
              Export the log
            </a>
            , or run
            <div className="mt-1.5">
              <CopyText text="sallyport audit export > log.jsonl" label="Copy the command" block />
            </div>
          </li>
          <li>
            Put the public key into a file, and check anywhere, offline:
            <div className="mt-1.5">
              <CopyText
                text="sallyport audit verify log.jsonl --key audit.key"
                label="Copy the command"
                block
              />
            </div>
          </li>
          <li>
            Keep a checkpoint outside. With{' '}
            <code className="whitespace-nowrap font-mono text-[0.8125rem]">--since CHECKPOINT</code> going
            back to an older whole log shows too.
          </li>
        </ol>
      </div>
    </Card>
  )
}
