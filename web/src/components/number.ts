// Numbers in words. Every number that may pass a thousand goes through here.

/** number writes a whole number with its thousands apart: 9,900. */
export const number = (n: number): string => n.toLocaleString('en-GB')

/** many says how many of what: "1 person", "9,900 people". */
export const many = (n: number, one: string, several = `${one}s`): string =>
  `${number(n)} ${n === 1 ? one : several}`

/** people says how many people: "Nobody", "1 person", "9,900 people". */
export const people = (n: number): string => (n === 0 ? 'Nobody' : many(n, 'person', 'people'))
