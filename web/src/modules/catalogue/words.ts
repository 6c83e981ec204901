import type { Fulfilment } from '../../api/types'

/** fulfilmentWords says how access becomes real; `who` is the name of the group or person whose task it is. */
export const fulfilmentWords = (f: Fulfilment | undefined, who?: string): string => {
  switch (f?.kind) {
    case 'manual':
      return `By hand: a task for ${who || (f.assignee || 'its owners').replace(/^(user|group):/, (_, k) => (k === 'group' ? 'the group ' : ''))}`
    case 'connector':
      return `By the connection ${f.connection ?? ''}${f.target ? `, as ${f.target}` : ''}`
    case 'automation':
      return 'By automation'
    default:
      return 'Nothing to do elsewhere: Sallyport is the record'
  }
}
