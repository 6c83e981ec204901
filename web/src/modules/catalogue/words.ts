import type { Fulfilment } from '../../api/types'

/** fulfilmentWords says how access becomes real. */
export const fulfilmentWords = (f: Fulfilment | undefined): string => {
  switch (f?.kind) {
    case 'manual':
      return `By hand: a task for ${(f.assignee ?? 'somebody').replace(/^(user|group):/, (_, k) => (k === 'group' ? 'group ' : ''))}`
    case 'connector':
      return `By the connection ${f.connection ?? ''}${f.target ? `, as ${f.target}` : ''}`
    case 'automation':
      return 'By automation'
    default:
      return 'Nothing to do elsewhere: Sallyport is the record'
  }
}
