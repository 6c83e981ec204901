import { expect, it } from 'vitest'
import { toCSV } from './csv'

it('writes cells as RFC 4180, and no formulas', () => {
  expect(
    toCSV(
      ['a', 'b'],
      [
        ['say "hi", twice', undefined],
        ['=1+1', '-2'],
        ['two\nlines', '@x'],
        ['＝1', '\n=1'],
      ],
    ),
  ).toBe('a,b\r\n"say ""hi"", twice",\r\n\'=1+1,\'-2\r\n"two\nlines",\'@x\r\n\'＝1,"\'\n=1"\r\n')
})
