// Prints the first port from the given one on that is free on 127.0.0.1.
import { createServer } from 'node:net'

const first = Number(process.argv[2])
const attempt = (port) => {
  if (port > first + 99) {
    console.error(`The ports ${first} to ${first + 99} are all taken. Set PORT to the first of a free range.`)
    process.exit(1)
  }
  const server = createServer()
  server.once('error', () => attempt(port + 1))
  server.listen(port, '127.0.0.1', () => server.close(() => console.log(port)))
}
attempt(first)
