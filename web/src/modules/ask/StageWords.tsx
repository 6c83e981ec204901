import type { Stage } from '../../api/types'
import { names, ruleWords } from '../names'

/** StageWords is one stage in words: "Security: any of Ada, Ken or Grace". */
export function StageWords({ stage, me }: { stage: Stage; me?: string }) {
  const people = stage.approvers ?? []
  const rule = ruleWords(stage.rule, stage.need, people.length)
  return (
    <>
      <span className="font-medium">{stage.name}</span>
      {': '}
      {rule && <span className="text-muted">{rule} </span>}
      {names(people, me, 4, stage.rule === 'all' || stage.need > 1 ? 'and' : 'or')}
    </>
  )
}
