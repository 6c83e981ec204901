package audit_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/sallyport/sallyport/audit"
	"pgregory.net/rapid"
)

var hash = strings.Repeat("0a", 32)

// TestGoldenLeaves: the bytes that hashes are made of. They never change for schema 1.
func TestGoldenLeaves(t *testing.T) {
	type word string
	for name, leaf := range map[string]audit.Leaf{
		"ids": {Tenant: "default", ID: "evt_1", Verb: "grant.ended", ObjectKind: "grant", ObjectID: "grt_1", At: start},
		"whole": {Schema: 1, Tenant: "default", ID: "evt_2", Verb: "request.denied", ActorKind: "user", ActorID: "usr_1", Via: "token", ViaID: "tok_1",
			OnBehalfOf: "usr_2", ObjectKind: "request", ObjectID: "req_1", Cause: "req_0", At: start.In(time.FixedZone("x", 7200)).Add(999 * time.Nanosecond),
			Refs: []string{"res_b", "res_a"}, Values: map[string]string{"form.é": hash, "comment": hash},
			Body: map[string]any{"intended": []string{"usr_3", "usr_4"}, "before": map[string]any{"state": word("pending"), "version": uint8(3)}, "none": nil, "empty": map[string]any{},
				"list": []any{1, math.Copysign(0, -1), 1e21, 1e-7, 0.1, 123456789.25, int64(1<<53 - 1), -5e-324}, "€": "\u2028<&>\x7f\x00\x1f\b\t\n\f\r\"\\/", "\U0001F600": 1, "\uFB33": 2}},
		"bad text": {Tenant: "default", ID: "evt_\xff3", Verb: "a\x00b", At: time.Date(30000, 1, 1, 0, 0, 0, 0, time.UTC), Cause: strings.Repeat("é", audit.MaxID)},
	} {
		got, err := leaf.Encode()
		check(t, err)
		file := filepath.Join("testdata", "leaf-"+strings.ReplaceAll(name, " ", "-")+".json")
		if *update {
			check(t, os.WriteFile(file, got, 0o644))
		}
		want, err := os.ReadFile(file)
		check(t, err)
		if !bytes.Equal(got, want) {
			t.Errorf("%s is now\n%s", file, got)
		}
		back, err := audit.DecodeLeaf(got)
		check(t, err)
		if again, err := back.Encode(); err != nil || !bytes.Equal(again, got) {
			t.Errorf("%s: decoded and encoded again: %v\n%s", name, err, again)
		}
	}
}

func TestDecodeLeafIsStrict(t *testing.T) {
	good := `{"at":"2026-03-04T05:06:07.000008Z","body":{"a":1,"b":[0.5,null]},"id":"evt_1","schema":1,"tenant":"acme"}`
	if _, err := audit.DecodeLeaf([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{`"id":`, `"ID":`}, {`"id":"evt_1"`, `"id":""`}, {`"id":"evt_1"`, `"id":1`}, {`"id":"evt_1"`, `"id":"evt_1","id":"evt_1"`},
		{`"id":`, `"idea":1,"id":`}, {`"schema":1`, `"schema":0`}, {`"schema":1`, `"schema":1.5`}, {`"schema":1`, `"schema":01`}, {`,"schema":1`, ``},
		{`.000008Z`, `.00000Z`}, {`.000008Z`, `.000008+00:00`}, {`03-04T`, `02-30T`}, {`"a":1`, `"a":1.0`}, {`"a":1`, `"a":1e0`}, {`"a":1`, `"a":-0`},
		{`"a":1`, `"a":9007199254740993`}, {`"a":1`, `"a": 1`}, {`"a":1,"b":[0.5,null]`, `"b":1,"a":1`}, {`{"a":1,"b":[0.5,null]}`, `{}`}, {`{"a":1,"b":[0.5,null]}`, `[]`},
		{`0.5`, `.5`}, {`0.5`, `0.50`}, {`0.5`, `5E-1`}, {`0.5`, `NaN`}, {`0.5`, `1e999`}, {`evt_1`, `evt\u005f1`}, {`evt_1`, `evt\/1`}, {`evt_1`, "evt\n1"}, {`evt_1`, `\u000a`},
		{`evt_1`, `\u001F`}, {`evt_1`, "\xff"}, {`evt_1`, `\n\ud800`}, {`evt_1`, "\\n\xc0\xaf"}, {`"tenant"`, `"refs":[1],"tenant"`}, {`"tenant"`, `"refs":[],"tenant"`},
		{`acme"}`, `acme","values":{"x":"0a"}}`}, {`acme"}`, `acme","values":{"":"` + hash + `"}}`}, {`acme"}`, `acme","values":{"x":"` + strings.ToUpper(hash) + `"}}`}, {`acme"}`, `acme","values":{}}`},
		{`acme"}`, `acme"}{}`}, {`acme"}`, `acme"`}, {`acme"}`, `acme`}, {`null`, `nul`}, {`null`, strings.Repeat("[", 40) + strings.Repeat("]", 40)}, {good, `[]`}, {good, ``}, {good, "\xef\xbb\xbf" + good},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good {
			t.Fatalf("%q changes nothing", change[0])
		}
		if l, err := audit.DecodeLeaf([]byte(bad)); err == nil {
			t.Errorf("accepted %s as %+v", bad, l)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	deep := any(1)
	for range 40 {
		deep = []any{deep}
	}
	for name, leaf := range map[string]audit.Leaf{
		"NaN":               {Body: map[string]any{"x": math.NaN()}},
		"infinity":          {Body: map[string]any{"x": []any{math.Inf(-1)}}},
		"beyond 2^53":       {Body: map[string]any{"x": int64(1 << 53)}},
		"beyond 2^64":       {Body: map[string]any{"x": uint64(math.MaxUint64)}},
		"a channel":         {Body: map[string]any{"x": make(chan int)}},
		"too deep":          {Body: map[string]any{"x": deep}},
		"keys that collide": {Body: map[string]any{"x\xff": 1, "x\xfe": 2}},
		"no hash":           {Values: map[string]string{"x": "secret"}},
		"no name":           {Values: map[string]string{"": hash}},
		"name with zero":    {Values: map[string]string{"a\x00b": hash}},
	} {
		if b, err := leaf.Encode(); err == nil {
			t.Errorf("%s: encoded as %s", name, b)
		}
		if _, err := audit.DecodeLeaf(leaf.EncodeMinimal()); err != nil {
			t.Errorf("%s: minimal: %v", name, err)
		}
	}
}

// TestMinimalNeverFails: whatever is in the fields, a minimal leaf is written and can be read.
func TestMinimalNeverFails(t *testing.T) {
	text := rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })
	rapid.Check(t, func(t *rapid.T) {
		l := audit.Leaf{
			Schema: rapid.Int().Draw(t, "schema"), Tenant: text.Draw(t, "tenant"), ID: text.Draw(t, "id"), Verb: text.Draw(t, "verb"),
			Cause: strings.Repeat(text.Draw(t, "cause"), rapid.SampledFrom([]int{1, 5000}).Draw(t, "times")),
			At:    time.Unix(rapid.Int64().Draw(t, "s"), rapid.Int64().Draw(t, "ns")), Body: map[string]any{"x": math.NaN()},
		}
		b := l.EncodeMinimal()
		back, err := audit.DecodeLeaf(b)
		if err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if again, err := back.Encode(); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%v\n%s\n%s", err, b, again)
		}
	})
}

// TestRoundTrip: what is encoded comes back, and equal leaves have equal bytes.
func TestRoundTrip(t *testing.T) {
	scalar := rapid.OneOf(rapid.Just[any](nil), rapid.Map(rapid.Bool(), toAny), rapid.Map(rapid.String(), toAny),
		rapid.Map(rapid.Int64Range(-1<<53+1, 1<<53-1), toAny), rapid.Map(rapid.Float64().Filter(func(f float64) bool { return math.Abs(f) > 1e16 || f != math.Trunc(f) }), toAny))
	value := rapid.OneOf(scalar, rapid.Map(rapid.SliceOf(scalar), toAny), rapid.Map(rapid.MapOf(rapid.String(), scalar), toAny))
	rapid.Check(t, func(t *rapid.T) {
		l := audit.Leaf{Schema: 1, Tenant: "acme", ID: rapid.String().Draw(t, "id"), At: time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "at")).UTC(),
			Body: rapid.MapOfN(rapid.String(), value, 1, 8).Draw(t, "body"), Refs: rapid.SliceOfN(rapid.String(), 1, 3).Draw(t, "refs")}
		b, err := l.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := audit.DecodeLeaf(b)
		if err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if !reflect.DeepEqual(back, l) {
			t.Fatalf("%s\n%#v\n%#v", b, l, back)
		}
	})
}

func toAny[T any](v T) any { return v }

func FuzzDecodeLeaf(f *testing.F) {
	files, err := filepath.Glob("testdata/leaf-*.json")
	check(f, err)
	for _, file := range files {
		b, err := os.ReadFile(file)
		check(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := audit.DecodeLeaf(b)
		if err != nil {
			return
		}
		again, err := l.Encode()
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%v\n%q\n%q", err, b, again)
		}
	})
}

func FuzzEncode(f *testing.F) {
	f.Add("id", "key", "text", 1.5, int64(3))
	f.Add("\xff", "\x00", "\U0010FFFF\uFFFF", 1e21, int64(1<<53))
	f.Fuzz(func(t *testing.T, id, key, text string, number float64, whole int64) {
		l := audit.Leaf{ID: id, Body: map[string]any{key: text, key + "x": number, "list": []any{whole, text}}}
		b, err := l.Encode()
		if err != nil {
			return
		}
		if !utf8.Valid(b) {
			t.Fatalf("not UTF-8: %q", b)
		}
		if _, err := audit.DecodeLeaf(b); err != nil {
			t.Fatalf("%v\n%q", err, b)
		}
	})
}
