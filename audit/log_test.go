package audit_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport/audit"
	"golang.org/x/mod/sumdb/note"
)

var start = time.Date(2026, 3, 4, 5, 6, 7, 8000, time.UTC)

// testKey makes the same key pair for the same name and number each time.
func testKey(t testing.TB, name string, number byte) (note.Signer, string) {
	t.Helper()
	seed := bytes.Repeat([]byte{number}, ed25519.SeedSize)
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	vkey, err := note.NewEd25519VerifierKey(name, public)
	check(t, err)
	hash := strings.Split(vkey, "+")[1]
	signer, err := audit.NewSigner("PRIVATE+KEY+" + name + "+" + hash + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, seed...)))
	check(t, err)
	return signer, vkey
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// log is a log in memory, as the store keeps it in tables.
type log struct {
	t      testing.TB
	origin string
	signer note.Signer
	key    string
	leaves [][]byte
	values []map[string]audit.Value
	hashes []audit.Hash // by stored index
}

func newLog(t testing.TB, size int) *log {
	l := &log{t: t, origin: audit.Origin("acme")}
	l.signer, l.key = testKey(t, l.origin, 1)
	for i := range size {
		l.addEvent(i, "")
	}
	return l
}

func (l *log) ReadHashes(indexes []int64) ([]audit.Hash, error) {
	list := make([]audit.Hash, len(indexes))
	for i, index := range indexes {
		list[i] = l.hashes[index]
	}
	return list, nil
}

// addEvent adds the i-th event; words make it another than the usual i-th.
func (l *log) addEvent(i int, words string) {
	salt := bytes.Repeat([]byte{byte(i)}, audit.SaltSize)
	text := fmt.Sprintf("Reason %d: \"<on call>\" café\n", i)
	leaf := audit.Leaf{
		Tenant: "acme", ID: fmt.Sprintf("evt_%04d", i), Verb: "request.approved" + words, ActorKind: "user", ActorID: "usr_7",
		Via: "session", ViaID: "ses_1", ObjectKind: "request", ObjectID: fmt.Sprintf("req_%d", i), At: start.Add(time.Duration(i) * time.Minute),
		Refs: []string{"res_vpn"}, Body: map[string]any{"stage": i, "hours": 1.5, "ok": true},
	}
	values := map[string]audit.Value{}
	if i%3 != 2 {
		leaf.Values = map[string]string{"justification": audit.HashValue(salt, "justification", text)}
		if i%3 == 0 {
			values["justification"] = audit.Value{Salt: salt, Value: text}
		}
	}
	b, err := leaf.Encode()
	check(l.t, err)
	l.add(b, values)
}

func (l *log) add(leaf []byte, values map[string]audit.Value) {
	hashes, err := audit.StoredHashes(int64(len(l.leaves)), leaf, l)
	check(l.t, err)
	l.leaves, l.values, l.hashes = append(l.leaves, leaf), append(l.values, values), append(l.hashes, hashes...)
}

func (l *log) checkpoint(size int) []byte {
	return l.checkpointAt(size, start.Add(time.Duration(size)*time.Hour))
}

func (l *log) checkpointAt(size int, at time.Time) []byte {
	root, err := audit.TreeHash(int64(size), l)
	check(l.t, err)
	cp, err := audit.SignCheckpoint(l.signer, l.origin, int64(size), root, at)
	check(l.t, err)
	return cp
}

// export gives the lines, line ends included, with checkpoints after the sizes given and at the end.
func (l *log) export(checkpoints ...int) []string {
	var b bytes.Buffer
	e, err := audit.NewExporter(&b, "acme", start)
	check(l.t, err)
	for i := range l.leaves {
		check(l.t, e.Event(audit.Record{Index: int64(i), Leaf: l.leaves[i], Hash: l.hashes[audit.RecordIndex(int64(i))], Values: l.values[i]}))
		for _, size := range checkpoints {
			if size == i+1 {
				check(l.t, e.Checkpoint(l.checkpoint(size)))
			}
		}
	}
	check(l.t, e.Close(l.checkpoint(len(l.leaves))))
	return strings.SplitAfter(strings.TrimSuffix(b.String(), "\n")+"\n", "\n")[:len(strings.Split(b.String(), "\n"))-1]
}

func verify(t testing.TB, lines []string, key string, opts audit.VerifyOptions) audit.Report {
	t.Helper()
	rep, err := audit.Verify(strings.NewReader(strings.Join(lines, "")), key, opts)
	check(t, err)
	return rep
}
