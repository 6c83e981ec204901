// Of a long list only what is in sight is drawn, and it says how long it is.
import { render, screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { Table } from './Table'

const show = (n: number) =>
  render(
    <Table
      caption="Many"
      columns={[{ key: 'n', header: 'Number', cell: (r: { id: string }) => r.id }]}
      rows={Array.from({ length: n }, (_, i) => ({ id: `row ${i}` }))}
      id={(r) => r.id}
    />,
  )

it('draws a part of thousands of rows, and all of a hundred', () => {
  const { unmount } = show(5000)
  expect(screen.getByRole('table', { name: 'Many' })).toHaveAttribute('aria-rowcount', '5001')
  expect(screen.getAllByRole('row').length).toBeLessThan(200)
  expect(screen.getByRole('row', { name: 'row 0' })).toHaveAttribute('aria-rowindex', '2')
  unmount()
  show(100)
  expect(screen.getAllByRole('row')).toHaveLength(101)
})
