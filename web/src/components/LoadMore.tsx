import { useEffect, useRef } from 'react'
import { Button } from './Button'

/**
 * LoadMore reads the next page of a list when it comes into sight; the button is there for the keyboard. searching: the last
 * page is not full, for its search is not over.
 */
export function LoadMore({
  query,
  searching = false,
}: {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }
  searching?: boolean
}) {
  const ref = useRef<HTMLDivElement>(null)
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  useEffect(() => {
    const el = ref.current
    if (!el || !hasNextPage || isFetchingNextPage || typeof IntersectionObserver === 'undefined') return
    const seen = new IntersectionObserver(
      (entries) => entries.some((e) => e.isIntersecting) && fetchNextPage(),
      { rootMargin: '400px' },
    )
    seen.observe(el)
    return () => seen.disconnect()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  if (!hasNextPage) return null
  return (
    <div ref={ref} className="flex justify-center pt-4">
      <Button busy={isFetchingNextPage} onClick={() => fetchNextPage()}>
        {searching
          ? isFetchingNextPage
            ? 'Searching…'
            : 'Search on'
          : isFetchingNextPage
            ? 'Loading more…'
            : 'Show more'}
      </Button>
    </div>
  )
}
