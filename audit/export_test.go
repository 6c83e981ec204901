package audit_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/sallyport/sallyport/audit"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

// TestGoldenExport: the bytes of the format. A change here is a new format, and needs a new number.
func TestGoldenExport(t *testing.T) {
	l := newLog(t, 5)
	got := strings.Join(l.export(3), "")
	files := map[string]string{"testdata/export.jsonl": got, "testdata/export.pub": l.key + "\n"}
	for name, text := range files {
		if *update {
			check(t, os.MkdirAll("testdata", 0o755))
			check(t, os.WriteFile(name, []byte(text), 0o644))
		}
		want, err := os.ReadFile(name)
		check(t, err)
		if text != string(want) {
			t.Errorf("%s differs: go test ./audit -run Golden -update, and look at the difference\n%s", name, text)
		}
	}
}

// events gives what a reader of the export learns.
func events(t testing.TB, text []byte, key string) (audit.Report, []audit.Event) {
	t.Helper()
	var list []audit.Event
	rep, err := audit.Verify(bytes.NewReader(text), key, audit.VerifyOptions{Event: func(e audit.Event) error {
		list = append(list, e)
		return nil
	}})
	check(t, err)
	return rep, list
}

// TestEveryBit: each bit of an export flipped is found, save in the time of the header, which nothing signs.
func TestEveryBit(t *testing.T) {
	l := newLog(t, 3)
	good := []byte(strings.Join(l.export(1), ""))
	rep, want := events(t, good, l.key)
	if !rep.OK() || len(want) != 3 {
		t.Fatalf("%+v", rep)
	}
	if !reflect.DeepEqual(want[0].Values, l.values[0]) {
		t.Fatalf("values %v", want[3].Values)
	}
	free := bytes.Index(good, []byte(`","origin"`))
	void := 0
	for i := range good {
		for bit := range 8 {
			good[i] ^= 1 << bit
			rep, got := events(t, good, l.key)
			good[i] ^= 1 << bit
			if !rep.OK() {
				continue
			}
			void++
			if i >= free {
				t.Errorf("byte %d bit %d: not found", i, bit)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("byte %d bit %d: other events, and no fault", i, bit)
			}
		}
	}
	t.Logf("%d bits flipped, %d without meaning", 8*len(good), void)
}

// TestEveryCut: an export cut at any byte is found.
func TestEveryCut(t *testing.T) {
	l := newLog(t, 5)
	good := []byte(strings.Join(l.export(1, 3), ""))
	for i := range good {
		if rep, _ := events(t, good[:i], l.key); rep.OK() {
			t.Errorf("cut to %d bytes: not found", i)
		}
	}
}

func TestEmptyLog(t *testing.T) {
	l := newLog(t, 0)
	if rep := verify(t, l.export(), l.key, audit.VerifyOptions{Since: l.checkpoint(0)}); !rep.OK() || rep.Size != 0 {
		t.Fatalf("%+v", rep)
	}
}

// TestFaultsAreCapped: a file full of faults gives a list of bounded length.
func TestFaultsAreCapped(t *testing.T) {
	l := newLog(t, 300)
	lines := l.export()
	for i := 1; i <= 300; i++ {
		lines[i] = strings.Replace(lines[i], "usr_7", "usr_8", 1)
	}
	rep := verify(t, lines, l.key, audit.VerifyOptions{})
	if len(rep.Faults) != audit.MaxFaults || rep.MoreFaults != 200 || !strings.Contains(rep.Err().Error(), "and 200 more") {
		t.Fatalf("%d and %d more", len(rep.Faults), rep.MoreFaults)
	}
}

// TestDatabaseTampering: a leaf changed in its table while the tree's hashes stay gives an export that names the event.
func TestDatabaseTampering(t *testing.T) {
	l := newLog(t, 6)
	l.leaves[2] = bytes.Replace(l.leaves[2], []byte("usr_7"), []byte("usr_8"), 1)
	rep := verify(t, l.export(), l.key, audit.VerifyOptions{})
	if len(rep.Faults) != 1 || !strings.HasPrefix(rep.Faults[0].Message, "event 2 (line 4): content does not match the log") {
		t.Fatalf("%+v", rep.Faults)
	}
}

func TestVerifyRefusesWhatItCannotUse(t *testing.T) {
	l := newLog(t, 3)
	_, otherKey := testKey(t, l.origin, 9)
	_, foreignKey := testKey(t, "elsewhere", 9)
	text := strings.Join(l.export(), "")
	for name, run := range map[string]func() error{
		"no key": func() error { _, err := audit.Verify(strings.NewReader(text), " ", audit.VerifyOptions{}); return err },
		"broken key": func() error {
			_, err := audit.Verify(strings.NewReader(text), "a+b", audit.VerifyOptions{})
			return err
		},
		"keys of two logs": func() error {
			_, err := audit.Verify(strings.NewReader(text), l.key+" "+foreignKey, audit.VerifyOptions{})
			return err
		},
		"foreign checkpoint": func() error {
			_, err := audit.Verify(strings.NewReader(text), otherKey, audit.VerifyOptions{Since: l.checkpoint(2)})
			return err
		},
		"reader that fails": func() error {
			_, err := audit.Verify(io.MultiReader(strings.NewReader(text), failing{}), l.key, audit.VerifyOptions{})
			return err
		},
		"caller that stops": func() error {
			_, err := audit.Verify(strings.NewReader(text), l.key, audit.VerifyOptions{Event: func(audit.Event) error { return io.ErrClosedPipe }})
			return err
		},
	} {
		if err := run(); err == nil {
			t.Errorf("%s: no error", name)
		} else if len(err.Error()) < 10 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if rep, err := audit.Verify(strings.NewReader(text), otherKey+"\n"+l.key, audit.VerifyOptions{}); err != nil || !rep.OK() {
		t.Errorf("two keys of the log: %v %v", err, rep.Faults)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, fmt.Errorf("the disk went away") }

func TestExporterLimits(t *testing.T) {
	var b bytes.Buffer
	e, err := audit.NewExporter(&b, "acme", start)
	check(t, err)
	long := audit.Record{Values: map[string]audit.Value{"note": {Value: strings.Repeat("x", audit.MaxLine)}}}
	if err := e.Event(long); err == nil || !strings.Contains(err.Error(), "event 0") {
		t.Errorf("a line too long: %v", err)
	}
	l := newLog(t, 0)
	check(t, e.Close(l.checkpoint(0)))
	if err := e.Event(audit.Record{}); err == nil {
		t.Error("an event after the end")
	}
}

// TestGreatestEventFitsALine: what Encode and MaxValues allow never makes a log that cannot be exported.
func TestGreatestEventFitsALine(t *testing.T) {
	value := strings.Repeat("\x01", audit.MaxValues)
	salt := audit.NewSalt()
	leaf := audit.Leaf{Tenant: "acme", ID: "evt_1", Values: map[string]string{"note": audit.HashValue(salt, "note", value)}, Body: map[string]any{}}
	leaf.Body["x"] = strings.Repeat("\"", (audit.MaxLeaf-1000)/2)
	b, err := leaf.Encode()
	check(t, err)
	l := newLog(t, 0)
	l.add(b, map[string]audit.Value{"note": {Salt: salt, Value: value}})
	if rep := verify(t, l.export(), l.key, audit.VerifyOptions{}); !rep.OK() {
		t.Fatal(rep.Err())
	}
	leaf.Body["y"] = strings.Repeat("x", audit.MaxLeaf)
	if _, err := leaf.Encode(); err == nil {
		t.Error("a leaf beyond MaxLeaf was encoded")
	}
}

func BenchmarkVerify(b *testing.B) {
	const size = 1000
	text := strings.Join(newLog(b, size).export(500), "")
	_, key := testKey(b, audit.Origin("acme"), 1)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		rep, err := audit.Verify(strings.NewReader(text), key, audit.VerifyOptions{})
		if err != nil || !rep.OK() {
			b.Fatal(err, rep.Faults)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/size, "ns/event")
}
