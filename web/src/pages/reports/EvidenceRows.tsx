import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { evidenceRowsQuery, type Period } from '../../api/report'
import type { EvidenceRows as Rows } from '../../api/types'
import { EmptyState } from '../../components/EmptyState'
import { ErrorState } from '../../components/ErrorState'
import { LoadMore } from '../../components/LoadMore'
import { SkeletonRows } from '../../components/Skeleton'
import { type Column, Table } from '../../components/Table'
import { exact } from '../../components/time'
import { cells, link, shown, words } from './evidence'

const long = new Set(['reason', 'approvals', 'comment', 'cause', 'about', 'values', 'ended_reason'])

/** EvidenceRows shows the rows that a figure counts, as the pack's file has them. */
export function EvidenceRows({ period, figure }: { period: Period; figure: string }) {
  const query = useInfiniteQuery(evidenceRowsQuery(period, figure))
  const heading = useRef<HTMLHeadingElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another figure moves the sight to its rows
  useEffect(() => heading.current?.scrollIntoView?.({ block: 'nearest', behavior: 'smooth' }), [figure])
  const first = query.data?.pages[0] as Rows | undefined
  if (query.isPending) return <SkeletonRows rows={8} label="Loading the rows" />
  if (!first) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  const names = first.columns ?? []
  const list = cells(query.data?.pages as unknown as Rows[])
  const columns: Column<string[]>[] = shown(names, list).map((i) => ({
    key: names[i] as string,
    header: words(names[i] as string),
    className: long.has(names[i] as string) ? 'md:min-w-60' : 'md:min-w-28',
    cell: (row) => {
      const text = row[i] ?? ''
      const to = link(names[i] as string, text)
      if (to)
        return (
          <Link to={to} className="rounded font-medium underline-offset-2 hover:underline">
            {text}
          </Link>
        )
      if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text))
        return (
          <time dateTime={text} title={exact(text)} className="whitespace-nowrap">
            {text.replace('T', ' ').replace('Z', ' UTC')}
          </time>
        )
      return text || <span className="text-muted">–</span>
    },
  }))
  return (
    <>
      <h2 ref={heading} className="mb-1 font-semibold text-[1.0625rem]">
        {first.figure.title}: {first.figure.count.toLocaleString('en-GB')}
      </h2>
      <p className="mb-3 text-[0.875rem] text-muted">
        As in {first.figure.file} of the pack
        {first.figure.column && `, where ${first.figure.column} is ${first.figure.value}`}.
      </p>
      {list.length === 0 ? (
        <EmptyState kind="filtered" title="No rows in this period" />
      ) : (
        <>
          <Table
            wide
            caption={first.figure.title}
            columns={columns}
            rows={list}
            id={(row) => row[names.length] ?? ''}
          />
          <LoadMore query={query} />
        </>
      )}
    </>
  )
}
