package audit_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport/sallyport/audit"
	"pgregory.net/rapid"
)

// TestAnyChangeIsFound: a random log, randomly changed, gives a fault, or the same events with the same values.
func TestAnyChangeIsFound(t *testing.T) {
	const most = 24
	logs := make([]*log, most+1)
	for i := range logs {
		logs[i] = newLog(t, i)
	}
	foreign := newLog(t, 0)
	for i := range most {
		foreign.addEvent(i, ".other")
	}
	others := foreign.export(3, 9, 15)
	rapid.Check(t, func(t *rapid.T) {
		l := logs[rapid.IntRange(0, most).Draw(t, "size")]
		lines := l.export(rapid.SliceOfNDistinct(rapid.IntRange(1, most), 0, 4, rapid.ID[int]).Draw(t, "checkpoints")...)
		rep, want := events(l.t, []byte(strings.Join(lines, "")), l.key)
		if !rep.OK() || rep.Proven != int64(len(l.leaves)) {
			t.Fatalf("the untouched export: %v", rep.Err())
		}
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			lines = mutate(t, lines, others)
		}
		rep, got := events(l.t, []byte(strings.Join(lines, "")), l.key)
		if rep.OK() && !reflect.DeepEqual(contents(got), contents(want)) {
			t.Fatalf("not found:\n%s", strings.Join(lines, ""))
		}
		if len(rep.Faults) > audit.MaxFaults {
			t.Fatalf("%d faults", len(rep.Faults))
		}
		for _, f := range rep.Faults {
			if f.Message == "" || f.Line < 1 || f.LastLine < f.Line || f.LastIndex < f.Index {
				t.Fatalf("%+v", f)
			}
		}
	})
}

// TestGrowth: of two logs with a common start, each is held against checkpoints of the other.
func TestGrowth(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		common := rapid.IntRange(0, 10).Draw(rt, "common")
		a, b := newLog(t, common), newLog(t, common)
		for i := range rapid.IntRange(0, 6).Draw(rt, "more of a") {
			a.addEvent(common+i, ".a")
		}
		for i := range rapid.IntRange(1, 6).Draw(rt, "more of b") {
			b.addEvent(common+i, ".b")
		}
		size := rapid.IntRange(0, len(b.leaves)).Draw(rt, "since")
		rep := verify(t, a.export(rapid.IntRange(0, 12).Draw(rt, "checkpoint")), a.key, audit.VerifyOptions{Since: b.checkpoint(size)})
		if want := size <= common; rep.OK() != want {
			rt.Fatalf("%d events in common, %d in all, checkpoint of %d: %v", common, len(a.leaves), size, rep.Err())
		}
	})
}

// contents leaves out the line numbers.
func contents(list []audit.Event) []audit.Event {
	list = slices.Clone(list)
	for i := range list {
		list[i].Line = 0
	}
	return list
}

func mutate(t *rapid.T, lines, others []string) []string {
	lines = slices.Clone(lines)
	if len(lines) == 0 {
		return others[:1]
	}
	i := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
	j := rapid.IntRange(0, len(lines)-1).Draw(t, "other line")
	switch rapid.IntRange(0, 8).Draw(t, "change") {
	case 0: // drop
		return slices.Delete(lines, min(i, j), min(i, j)+1+rapid.IntRange(0, 1).Draw(t, "more")*(max(i, j)-min(i, j)))
	case 1: // swap
		lines[i], lines[j] = lines[j], lines[i]
	case 2: // move
		x := lines[i]
		return slices.Insert(slices.Delete(lines, i, i+1), min(j, len(lines)-1), x)
	case 3: // repeat
		return slices.Insert(lines, j, lines[i])
	case 4: // insert another log's line
		return slices.Insert(lines, j, rapid.SampledFrom(others).Draw(t, "foreign"))
	case 5: // put another log's line in its place
		lines[i] = rapid.SampledFrom(others).Draw(t, "foreign")
	case 6: // change a byte
		b := []byte(lines[i])
		if len(b) > 0 {
			b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		lines[i] = string(b)
	case 7: // cut
		return lines[:i]
	case 8: // renumber from there on
		by := rapid.Int64Range(-2, 2).Draw(t, "by")
		for k := i; k < len(lines); k++ {
			lines[k] = shiftIndex(lines[k], by)
		}
	}
	return lines
}

func FuzzVerify(f *testing.F) {
	l := newLog(f, 3)
	f.Add([]byte(strings.Join(l.export(2), "")))
	f.Add([]byte("{}\n[]\n"))
	since := l.checkpoint(2)
	f.Fuzz(func(t *testing.T, text []byte) {
		rep, err := audit.Verify(strings.NewReader(string(text)), l.key, audit.VerifyOptions{Since: since})
		if err != nil {
			t.Fatal(err)
		}
		if rep.OK() && rep.Events != rep.Size {
			t.Fatalf("%+v", rep)
		}
	})
}
