// The order of names, as people expect it: "Mill 9" before "Mill 10", whatever the case.
const collator = new Intl.Collator('en-GB', { numeric: true, sensitivity: 'base' })

export const byName = (a: string, b: string): number => collator.compare(a, b)
