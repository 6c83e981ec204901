// Tables for a spreadsheet.

/** toCSV writes rows as RFC 4180. What a spreadsheet would run as a formula is made harmless text. */
export function toCSV(header: readonly string[], rows: readonly (readonly (string | undefined)[])[]): string {
  return [header, ...rows]
    .map((row) => row.map(cell).join(','))
    .join('\r\n')
    .concat('\r\n')
}

function cell(value: string | undefined): string {
  let text = value ?? ''
  if (/^[=+\-@\t\r\n＝＋－＠]/.test(text)) text = `'${text}`
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** download hands a text to the browser as a file. */
export function download(name: string, text: string, type = 'text/csv;charset=utf-8') {
  save(name, new Blob([text], { type }))
}

/** save hands what was fetched to the browser as a file. */
export function save(name: string, blob: Blob) {
  const url = URL.createObjectURL(blob)
  const a = document.createElement('a')
  a.href = url
  a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
