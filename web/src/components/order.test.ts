import { expect, it } from 'vitest'
import { byName } from './order'

it('puts numbers in names in their order', () => {
  expect(['Mill 10', 'mill 9', 'Äpfel', 'Birnen'].sort(byName)).toEqual([
    'Äpfel',
    'Birnen',
    'mill 9',
    'Mill 10',
  ])
})
