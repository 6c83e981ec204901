// Package notify is the contract between Sallyport and the ways by which people hear of something: e-mail first.
//
// The core words the message; a notifier only lays it out. Adding a kind is a new folder next to this file, its name in
// notify/builtin, and a test that calls notifytest.Run. A notifier imports this package and nothing else of Sallyport
// except the root.
//
// Two promises hold for each notifier, and the suite checks them:
//
//   - Sending twice is visible as one. The same Message.ID leads to the same message as far as the channel can: delivery
//     is at least once, since a server can die between sending and writing that down.
//   - Secrets stay inside. No setting marked Secret appears in a log line or in an error.
package notify
