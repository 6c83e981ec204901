package audit_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport/audit"
	"golang.org/x/mod/sumdb/note"
)

func TestProofs(t *testing.T) {
	const size = 21
	l := newLog(t, size)
	if n := audit.StoredHashCount(size); n != int64(len(l.hashes)) {
		t.Fatalf("%d hashes stored, %d counted", len(l.hashes), n)
	}
	root, err := audit.TreeHash(size, l)
	check(t, err)
	for i := range int64(size) {
		proof, err := audit.ProveRecord(size, i, l)
		check(t, err)
		hash := audit.RecordHash(l.leaves[i])
		check(t, audit.CheckRecord(proof, size, root, i, hash))
		hash[3] ^= 1
		if audit.CheckRecord(proof, size, root, i, hash) == nil {
			t.Errorf("event %d: a wrong hash is proven", i)
		}
		older, err := audit.TreeHash(i+1, l)
		check(t, err)
		extends, err := audit.ProveTree(size, i+1, l)
		check(t, err)
		check(t, audit.CheckTree(extends, size, root, i+1, older))
		older[3] ^= 1
		if audit.CheckTree(extends, size, root, i+1, older) == nil {
			t.Errorf("size %d: a wrong root is proven", i+1)
		}
	}
	if _, err := audit.TreeHash(-1, l); err == nil {
		t.Error("a tree of size -1")
	}
	if _, err := audit.StoredHashes(-1, nil, l); err == nil {
		t.Error("hashes of event -1")
	}
}

// TestRoots: the verifier's running root is the tree's at every size.
func TestRoots(t *testing.T) {
	l := newLog(t, 70)
	all := make([]int, 70)
	for i := range all {
		all[i] = i + 1
	}
	if rep := verify(t, l.export(all...), l.key, audit.VerifyOptions{}); !rep.OK() || rep.Checkpoints != 71 {
		t.Fatal(rep.Err())
	}
}

func TestCheckpoint(t *testing.T) {
	l := newLog(t, 3)
	verifiers, origin, err := audit.NewVerifiers(l.key)
	check(t, err)
	text := l.checkpointAt(3, start.In(time.FixedZone("x", 3600)).Add(time.Nanosecond))
	cp, err := audit.OpenCheckpoint(text, verifiers)
	check(t, err)
	if cp.Origin != origin || cp.Size != 3 || !cp.At.Equal(start) {
		t.Fatalf("%+v", cp)
	}
	if _, err := audit.SignCheckpoint(l.signer, "sallyport/globex", 1, cp.Root, start); err == nil {
		t.Error("signed for another log")
	}
	if _, err := audit.SignCheckpoint(l.signer, l.origin, -1, cp.Root, start); err == nil {
		t.Error("signed a negative size")
	}
	other, otherKey := testKey(t, l.origin, 2)
	signed := func(text string, signers ...note.Signer) []byte {
		b, err := note.Sign(&note.Note{Text: text}, signers...)
		check(t, err)
		return b
	}
	body := string(text[:bytes.Index(text, []byte("\n\n"))+1])
	if _, err := audit.OpenCheckpoint(signed(body+"further line\n", other, l.signer), verifiers); err != nil {
		t.Errorf("a witness and a further line: %v", err)
	}
	for name, tc := range map[string]struct {
		text []byte
		want error
	}{
		"another key":     {signed(body, other), audit.ErrUnknownKey},
		"changed":         {bytes.Replace(text, []byte("\n3\n"), []byte("\n2\n"), 1), audit.ErrSignature},
		"another origin":  {signed(strings.Replace(body, "acme", "globex", 1), l.signer), audit.ErrOrigin},
		"no note":         {[]byte("hello"), audit.ErrCheckpoint},
		"nothing":         {nil, audit.ErrCheckpoint},
		"size with zero":  {signed(strings.Replace(body, "\n3\n", "\n03\n", 1), l.signer), audit.ErrCheckpoint},
		"negative size":   {signed(strings.Replace(body, "\n3\n", "\n-3\n", 1), l.signer), audit.ErrCheckpoint},
		"no time":         {signed(body[:strings.Index(body, "at ")], l.signer), audit.ErrCheckpoint},
		"other time":      {signed(strings.Replace(body, "Z\n", "+00:00\n", 1), l.signer), audit.ErrCheckpoint},
		"no root":         {signed(strings.Replace(body, "=\n", "\n", 1), l.signer), audit.ErrCheckpoint},
		"far too long":    {signed(body+strings.Repeat("x", 1<<20)+"\n", l.signer), audit.ErrCheckpoint},
		"no line of time": {signed(strings.Replace(body, "at ", "on ", 1), l.signer), audit.ErrCheckpoint},
	} {
		if _, err := audit.OpenCheckpoint(tc.text, verifiers); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
	if _, _, err := audit.NewVerifiers(l.key + " " + otherKey + " " + l.key); err != nil {
		t.Error(err)
	}
}

func TestKeys(t *testing.T) {
	signerKey, verifierKey, err := audit.GenerateKey(audit.Origin("default"))
	check(t, err)
	signer, err := audit.NewSigner(signerKey)
	check(t, err)
	text, err := audit.SignCheckpoint(signer, audit.Origin("default"), 0, audit.Hash{}, start)
	check(t, err)
	verifiers, _, err := audit.NewVerifiers(verifierKey)
	check(t, err)
	_, err = audit.OpenCheckpoint(text, verifiers)
	check(t, err)
	for _, name := range []string{"", "a b", "a+b", "a\nb"} {
		if _, _, err := audit.GenerateKey(name); err == nil {
			t.Errorf("a key named %q", name)
		}
	}
	if _, err := audit.NewSigner(signerKey + "x"); err == nil || strings.Contains(err.Error(), signerKey[len(signerKey)-20:]) {
		t.Errorf("a broken key: %v", err)
	}
}

func TestHashValue(t *testing.T) {
	a, b := audit.NewSalt(), audit.NewSalt()
	if bytes.Equal(a, b) || len(a) != audit.SaltSize {
		t.Fatalf("salts %x %x", a, b)
	}
	salt := []byte("0123456789abcdef")
	const want = "a68eb936c7ed9628748ff56c3d13ce1679a5760d6ddb17867ce056d525210f57"
	got := audit.HashValue(salt, "name", "Ada")
	if got != want {
		t.Errorf("the hash is %s, not %s", got, want)
	}
	for _, other := range []string{audit.HashValue(a, "name", "Ada"), audit.HashValue(salt, "nam", "eAda"), audit.HashValue(salt, "name", "Adb")} {
		if other == got {
			t.Errorf("%s and %s", got, other)
		}
	}
	if audit.HashValue(salt, "name", "\xff") != audit.HashValue(salt, "name", "\uFFFD") {
		t.Error("text that is no UTF-8 must hash as an export carries it")
	}
}
