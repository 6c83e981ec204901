// Package audit is the append-only log: what an event's record looks like, the Merkle tree over the records, signed
// checkpoints, and an export that an outsider can check with the public key alone. It is pure: it keeps nothing, and the
// store gives it a HashReader over its table of hashes.
//
// What follows is enough to write a verifier of one's own.
//
// # Canonical JSON
//
// Leaves and lines are JSON in the form of RFC 8785: no white space between tokens, the keys of an object sorted by their
// UTF-16 code units and each there once, texts in UTF-8 with only ", \ and the characters below U+0020 escaped (\b \t \n
// \f \r, else \u00xx in lower case), numbers in the shortest form of ECMAScript. Whole numbers beyond 2^53, and more than
// 32 objects and arrays in one another, do not occur. Times are UTC with six decimals: 2026-03-04T05:06:07.000008Z. Hex
// is in lower case.
//
// # Leaf
//
// A leaf is what the log keeps of an event for ever, one canonical object:
//
//	{"actor_id":"usr_7","actor_kind":"user","at":"2026-03-04T05:06:07.000008Z","body":{"stage":1},"id":"evt_1",
//	 "object_id":"req_3","object_kind":"request","refs":["res_vpn"],"schema":1,"tenant":"acme","values":
//	 {"justification":"7d…e1"},"verb":"request.approved","via":"session","via_id":"ses_1"}
//
// (one line, without the breaks shown). Further fields are on_behalf_of and cause. A field that is empty is left out.
// There are no personal or sensitive words in a leaf: "values" has a hash in place of each, HMAC-SHA-256 with a random
// salt of 16 bytes as the key, over the value's name, a zero byte and the value. Erasing a value erases its salt as well;
// the hash that stays says nothing, and the tree is untouched.
//
// # Tree
//
// The records form the Merkle tree of RFC 6962 (section 2.1) with SHA-256: the hash of a record is
// SHA-256(0x00 ‖ leaf), the hash of a node SHA-256(0x01 ‖ left ‖ right), where the left part of n records is the greatest
// power of two below n; the root of no records is SHA-256 of nothing. Events count from 0 in the order of the log.
//
// # Checkpoint
//
// A checkpoint is a signed note (C2SP signed-note, tlog-checkpoint):
//
//	sallyport/acme
//	12
//	V9Qq…=
//	at 2026-03-04T17:06:07.000008Z
//
//	— sallyport/acme x1y2z3…
//
// The lines are the origin ("sallyport/" and the tenant), the number of events, the root over them in base64, and the
// time. An empty line and the signatures follow: an em dash, the name of the key, which is the origin, and base64 of four
// bytes of key hash and 64 bytes of Ed25519 signature over the text up to and with the line end before the empty line. A
// public key is written name+hash+base64 where the base64 holds a byte 1 and the 32 bytes of the Ed25519 key, and the
// hash is the first four bytes, in hex, of SHA-256(name ‖ "\n" ‖ those 33 bytes). Further lines in the text and
// signatures of other keys are to be passed over. From one checkpoint of a log to the next neither size nor time goes
// back.
//
// # Export
//
// An export is a file of lines, each one canonical JSON object of at most 4 MiB and a line feed (the last one too):
//
//	{"created_at":"2026-03-04T05:06:07.000008Z","origin":"sallyport/acme","sallyport_export":1,"tenant":"acme"}
//	{"hash":"5f…09","index":0,"leaf":"{\"actor_id\":…}","values":{"justification":{"salt":"00…ff","value":"on call"}}}
//	{"checkpoint":"sallyport/acme\n1\nV9Qq…=\nat …\n\n— sallyport/acme x1y2…\n"}
//	{"hash":"c1…77","index":1,"leaf":"{…}"}
//	{"checkpoint":"sallyport/acme\n2\n…","final":true}
//
// The header comes first. Each event has its index, its leaf as a text (so that any JSON reader gives back the exact
// bytes), the record hash as kept in the database, and those values that are not erased, with their salts. Checkpoints
// may stand between the events, each where its size equals the events before it; the last line is one, marked final.
//
// To verify: compute SHA-256(0x00 ‖ leaf) of each event and compare with "hash"; check that the indexes are 0, 1, 2, …;
// compute the hash of each value and compare with the leaf's; build the tree, and at each checkpoint check signature,
// origin, size, root, and that size and time do not go back; check that the last line is final. "hash" is a help to say
// where a bit was changed: the signed root says whether hash or leaf is the right one.
//
// # What is not proven
//
// created_at and "final" stand under no signature; the time that counts is in the checkpoint. A value that is missing
// looks like one that was erased. A checkpoint left out between events is not noticed. Above all, an export of an older
// state, with a checkpoint of that time, is true in itself, and whoever holds the signing key can sign another history:
// keep a checkpoint elsewhere from time to time and give it to [Verify] as Since, which shows that the log has only grown.
package audit
