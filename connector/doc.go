// Package connector is the contract between Sallyport and the systems in which people hold access.
//
// A Kind describes one sort of target: the settings it needs and how to open it. What Open returns is
// a Connector, which reads; it may also be a Writer, which changes who holds what, and a Directory,
// which is a source of people and groups. What is no Writer is fulfilled by manual tasks.
//
// Adding a kind is a new folder next to this file, its name in connector/builtin, and a test that calls
// connectortest.Run. A connector imports this package and nothing else of Sallyport except the root.
//
// Three promises hold for each connector, and the suite checks them:
//
//   - Writing is idempotent. Adding what is there and removing what is not are successes.
//   - Reading is whole or an error. A read that was cut short ends with an error as its last pair, so
//     that a short list is never taken for a small target.
//   - Secrets stay inside. No setting marked Secret appears in a log line or in an error.
package connector
