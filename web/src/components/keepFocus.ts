/** Mark is where the focus was: an element, its row in a list with its neighbours, and what it was in, innermost first. */
type Mark = { element: Element; rows: (Element | null)[]; around: Element[] }

const headings = 'h1, h2, h3, [role=heading]'
const longest = 8 // a dialog upon a dialog, and what they were opened from

/**
 * keepFocus keeps a place for people who do not see the page or do not use a pointer: where what had the focus goes away,
 * as a row does by its own button, the focus would fall to the page as a whole. It goes to the row, else to one beside it,
 * else to the heading of what is left around it; to nothing that a second press of the same key would set off. A dialog
 * that closes gives the focus back by itself, where there is still something to give it to. It lasts until the signal.
 */
export function keepFocus(until: AbortSignal) {
  if (until.aborted) return
  let marks: Mark[] = []
  let waits: ReturnType<typeof setTimeout> | undefined

  const remember = (e: FocusEvent) => {
    const element = e.target
    if (!(element instanceof Element)) return
    const row = element.closest('[data-row]')
    const around: Element[] = []
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) around.push(at)
    const rows = row ? [row, beside(row, 'next'), beside(row, 'previous')] : []
    marks = [{ element, rows, around }, ...marks.filter((m) => m.element !== element)].slice(0, longest)
  }
  const look = () => {
    if (waits || !lost() || !marks[0] || marks[0].element.isConnected) return
    waits = setTimeout(() => {
      waits = undefined
      if (lost()) give(marks)
    }, 60) // until whatever closes has given it back
  }
  const observer = new MutationObserver(look)
  document.addEventListener('focusin', remember, { signal: until })
  observer.observe(document.body, { childList: true, subtree: true })
  until.addEventListener('abort', () => {
    observer.disconnect()
    clearTimeout(waits)
  })
}

const lost = () => document.activeElement === null || document.activeElement === document.body

function beside(row: Element, side: 'next' | 'previous'): Element | null {
  const at = side === 'next' ? row.nextElementSibling : row.previousElementSibling
  return at?.matches('[data-row]') ? at : null
}

function give(marks: Mark[]) {
  for (const m of marks) {
    const row = m.rows.find((r) => r?.isConnected)
    const heading = m.around.find((e) => e.isConnected && e.querySelector(headings))?.querySelector(headings)
    const to = row ?? heading
    if (to instanceof HTMLElement) return take(to)
  }
}

/** take focuses what is not to be reached by the Tab key. */
function take(element: HTMLElement) {
  if (!element.hasAttribute('tabindex')) {
    element.setAttribute('tabindex', '-1')
    element.addEventListener('blur', () => element.removeAttribute('tabindex'), { once: true })
  }
  element.focus({ preventScroll: true })
}
