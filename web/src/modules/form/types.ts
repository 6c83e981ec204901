import type { FieldType } from '../../api/types'

/** How the kinds of answer are called. */
export const typeWords: Record<FieldType, string> = {
  text: 'Short text',
  long_text: 'Long text',
  number: 'Number',
  choice: 'One choice',
  multi_choice: 'Several choices',
  date: 'Date',
  user: 'Person',
  checkbox: 'Tick box',
  email: 'E-mail address',
}
