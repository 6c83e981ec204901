import type { Resource } from '../../api/types'
import { Card } from '../../components/Card'
import { typeWords } from '../../modules/form/types'

/** Asked lists what whoever requests a resource fills in. */
export function Asked({ fields }: { fields: NonNullable<Resource['form']['fields']> }) {
  return (
    <Card title="What is asked">
      <ul className="grid gap-1.5">
        {fields.map((f) => (
          <li key={f.name} className="flex flex-wrap items-baseline gap-x-2">
            {f.title || f.name}
            <span className="text-[0.8125rem] text-muted">
              {typeWords[f.type]}
              {f.required ? '' : ', optional'}
              {f.sensitive ? ', sensitive' : ''}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
