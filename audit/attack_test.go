package audit_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport/audit"
)

// TestAttacks: a log of 12 events with checkpoints after 4 and 8. Line 1 is the header; events 0 to 3 are lines 2 to 5,
// the checkpoint of 4 is line 6; events 4 to 7 lines 7 to 10, checkpoint line 11; events 8 to 11 lines 12 to 15, the
// closing checkpoint line 16.
func TestAttacks(t *testing.T) {
	l := newLog(t, 12)
	good := l.export(4, 8)
	if rep := verify(t, good, l.key, audit.VerifyOptions{Since: l.checkpoint(7)}); !rep.OK() || rep.Events != 12 || rep.Proven != 12 ||
		rep.ValuesPresent != 4 || rep.ValuesErased != 4 || rep.Checkpoints != 3 || rep.Size != 12 || rep.SinceSize != 7 || rep.Tenant != "acme" {
		t.Fatalf("the untouched export: %+v", rep)
	}
	otherSigner, otherKey := testKey(t, l.origin, 9)
	globex := audit.Origin("globex")
	globexSigner, globexKey := testKey(t, globex, 1)
	root, err := audit.TreeHash(8, l)
	check(t, err)
	sign := func(f func() ([]byte, error)) []byte {
		b, err := f()
		check(t, err)
		return b
	}
	replace := func(line int, old, with string) func([]string) []string {
		return func(lines []string) []string {
			if !strings.Contains(lines[line-1], old) {
				t.Fatalf("line %d has no %s: %s", line, old, lines[line-1])
			}
			lines[line-1] = strings.Replace(lines[line-1], old, with, 1)
			return lines
		}
	}
	drop := func(first, last int) func([]string) []string {
		return func(lines []string) []string { return slices.Delete(lines, first-1, last) }
	}
	checkpointLine := func(cp []byte) string {
		return `{"checkpoint":"` + strings.ReplaceAll(string(cp), "\n", `\n`) + "\"}\n"
	}
	renumber := func(lines []string, first int, by int64) {
		for i := first - 1; i < len(lines); i++ {
			lines[i] = shiftIndex(lines[i], by)
		}
	}
	rewritten := newLog(t, 0)
	for i := range 12 {
		rewritten.addEvent(i, map[bool]string{true: ".not"}[i == 5])
	}
	for _, tc := range []struct {
		name   string
		change func([]string) []string
		since  []byte
		key    string
		want   []string // of every fault: kind, then what the message must have
		proven int64
	}{
		{"bit flipped in a leaf", replace(8, "usr_7", "usr_6"), nil, "", []string{"content: event 5 (line 8): content does not match the log: a bit was changed"}, 12},
		{"bit flipped in a record hash", flipHash(8), nil, "", []string{"hash: event 5 (line 8): its record hash was changed; the content is that of the log"}, 12},
		{"bits flipped in two leaves", func(ls []string) []string {
			return replace(13, "usr_7", "usr_6")(replace(3, "req_1", "req_2")(ls))
		}, nil, "", []string{"content: event 1 (line 3): content does not match", "content: event 9 (line 13): content does not match"}, 12},
		{"event rewritten with its hash", func(ls []string) []string { ls[7] = rewritten.export(4, 8)[7]; return ls }, nil, "",
			[]string{"root: events 4 to 7 (lines 7 to 11): they are not the events that were signed"}, 4},
		{"one event dropped", drop(8, 8), nil, "", []string{"missing: event 5 is missing before line 8"}, 4},
		{"events dropped", drop(8, 9), nil, "", []string{"missing: events 5 to 6 are missing before line 8"}, 4},
		{"first event dropped", drop(2, 2), nil, "", []string{"missing: event 0 is missing before line 2"}, 0},
		{"events dropped across a checkpoint", drop(10, 12), nil, "", []string{"missing: events 7 to 8 are missing before line 10"}, 4},
		{"last event dropped", drop(15, 15), nil, "", []string{"missing: event 11 is missing before line 15"}, 8},
		{"dropped and renumbered", func(ls []string) []string { ls = drop(8, 8)(ls); renumber(ls, 8, -1); return ls }, nil, "",
			[]string{"place: line 10: the checkpoint does not fit its place: it counts 8 events and stands after 7: events are missing before it"}, 4},
		{"neighbours swapped", func(ls []string) []string { ls[7], ls[8] = ls[8], ls[7]; return ls }, nil, "",
			[]string{"reordered: event 6 (line 8): it stands before events that it follows"}, 12},
		{"event moved back", func(ls []string) []string { x := ls[13]; return slices.Insert(slices.Delete(ls, 13, 14), 7, x) }, nil, "",
			[]string{"reordered: event 10 (line 8): it stands before events"}, 12},
		{"events moved forward", func(ls []string) []string {
			x := []string{ls[6], ls[7]}
			return slices.Insert(slices.Delete(ls, 6, 8), 12, x...)
		}, nil, "", []string{"reordered: events 4 to 5 (lines 13 to 14): it stands after events"}, 4},
		{"swapped and renumbered", func(ls []string) []string {
			ls[7], ls[8] = shiftIndex(ls[8], -1), shiftIndex(ls[7], 1)
			return ls
		}, nil, "", []string{"root: events 4 to 7 (lines 7 to 11)"}, 4},
		{"event repeated", func(ls []string) []string { return slices.Insert(ls, 9, ls[8]) }, nil, "",
			[]string{"inserted: event 6 (line 10): an event of this index has its place elsewhere"}, 12},
		{"foreign event inserted", func(ls []string) []string { return slices.Insert(ls, 8, shiftIndex(rewritten.export()[6], 900)) }, nil, "",
			[]string{"inserted: event 905 (line 9): the log has only 12 events"}, 12},
		{"foreign event inserted and the rest renumbered", func(ls []string) []string {
			renumber(ls, 8, 1)
			return slices.Insert(ls, 7, rewritten.export()[6])
		}, nil, "", []string{"place: line 12: the checkpoint does not fit its place: it counts 8 events and stands after 9: events were added"}, 4},
		{"event appended", func(ls []string) []string { return slices.Insert(ls, 15, shiftIndex(ls[14], 1)) }, nil, "",
			[]string{"inserted: line 17: the checkpoint does not fit its place: it counts 12 events and stands after 13"}, 8},
		{"index changed", replace(8, `"index":5`, `"index":7`), nil, "", []string{"index: event 5 (line 8): it says that it is event 7"}, 12},
		{"last index changed", replace(15, `"index":11`, `"index":12`), nil, "", []string{"index: event 11 (line 15): it says that it is event 12"}, 12},
		{"cut after an event", func(ls []string) []string { return ls[:9] }, nil, "",
			[]string{"truncated: line 9: the export ends here without its closing checkpoint: it was cut off; events 4 to 6 stand after"}, 4},
		{"cut after a checkpoint", func(ls []string) []string { return ls[:11] }, nil, "", []string{"truncated: line 11: the export ends here without its closing checkpoint"}, 8},
		{"cut within a line", func(ls []string) []string { ls[8] = ls[8][:50]; return ls[:9] }, nil, "",
			[]string{"malformed: line 9: it cannot be read (by its place it should be event 6", "truncated: line 9"}, 4},
		{"nothing left", func([]string) []string { return nil }, nil, "", []string{"header: line 1: the export is empty", "truncated: line 1"}, 0},
		{"header dropped", drop(1, 1), nil, "", []string{"header: line 1: it is not the header"}, 12},
		{"header of another version", replace(1, `"sallyport_export":1`, `"sallyport_export":2`), nil, "", []string{"header: line 1: the export has format 2"}, 12},
		{"value changed", replace(5, "Reason 3", "Reason 9"), nil, "", []string{`value: event 3 (line 5): the value "justification": it does not match the hash`}, 12},
		{"salt changed", replace(5, `"salt":"0`, `"salt":"1`), nil, "", []string{`value: event 3 (line 5): the value "justification": it does not match`}, 12},
		{"value added", replace(4, "}\n", `,"values":{"note":{"salt":"00","value":"x"}}}`+"\n"), nil, "", []string{`value: event 2 (line 4): the value "note": the event has no such value`}, 12},
		{"value erased", func(ls []string) []string {
			i := strings.Index(ls[4], `,"values":{`)
			ls[4] = ls[4][:i] + "}\n"
			return ls
		}, nil, "", nil, 12},
		{"garbage for an event", func(ls []string) []string { ls[7] = "{\"x\":}\n"; return ls }, nil, "", []string{"malformed: line 8: it cannot be read (by its place it should be event 5"}, 4},
		{"garbage for a checkpoint", func(ls []string) []string { ls[5] = "\x00\xff\n"; return ls }, nil, "", []string{"malformed: line 6: it cannot be read"}, 12},
		{"line of more than 4 MiB", func(ls []string) []string { ls[7] = strings.Repeat("x", 5<<20) + "\n"; return ls }, nil, "", []string{"too_long: line 8: it cannot be read"}, 4},
		{"white space added", replace(8, `,"index"`, `, "index"`), nil, "", []string{"malformed: event 5 (line 8): the line is not written as an export writes it"}, 12},
		{"line ends converted", replace(8, "\n", "\r\n"), nil, "", []string{"malformed: event 5 (line 8): the line is not written as an export writes it: it was edited (it ends in a carriage return"}, 12},
		{"checkpoint of another key", func(ls []string) []string {
			ls[10] = checkpointLine(sign(func() ([]byte, error) { return audit.SignCheckpoint(otherSigner, l.origin, 8, root, start) }))
			return ls
		}, nil, "", []string{"signature: line 11: the checkpoint does not hold: it is not signed by the key given"}, 12},
		{"checkpoint of another tenant", func(ls []string) []string {
			ls[10] = checkpointLine(sign(func() ([]byte, error) { return audit.SignCheckpoint(globexSigner, globex, 8, root, start) }))
			return ls
		}, nil, l.key + "\n" + otherKey, []string{"signature: line 11: the checkpoint does not hold"}, 12},
		{"size changed in a checkpoint", replace(11, `\n8\n`, `\n9\n`), nil, "", []string{"signature: line 11: the checkpoint does not hold: the signature does not fit"}, 12},
		{"checkpoint with another root", func(ls []string) []string { ls[10] = checkpointLine(rewritten.checkpoint(8)); return ls }, nil, "",
			[]string{"root: events 4 to 7 (lines 7 to 11)"}, 12},
		{"checkpoints in the wrong order", func(ls []string) []string { ls[5], ls[10] = ls[10], ls[5]; return ls }, nil, "",
			[]string{"place: line 6: the checkpoint does not fit its place: it counts 8 events and stands after 4", "backwards: line 11: the checkpoint goes back: it has size 4"}, 12},
		{"checkpoint of an earlier time", func(ls []string) []string {
			ls[10] = checkpointLine(l.checkpointAt(8, start.Add(time.Hour)))
			return ls
		}, nil, "",
			[]string{"backwards: line 11: the checkpoint goes back: it has time"}, 12},
		{"line after the end", func(ls []string) []string { return append(ls, ls[14], ls[14]) }, nil, "", []string{"trailing: line 17: it comes after the closing checkpoint"}, 12},
		{"another log's export", func(ls []string) []string { return ls }, nil, globexKey, []string{
			`origin: line 1: this is an export of "sallyport/acme"`, "origin: event 0", "origin: event 1", "origin: event 2", "origin: event 3", "signature: line 6",
			"origin: event 4", "origin: event 5", "origin: event 6", "origin: event 7", "signature: line 11",
			"origin: event 8", "origin: event 9", "origin: event 10", "origin: event 11", "signature: line 16"}, 0},
		{"whole older log", func([]string) []string { return newLog(t, 8).export(4) }, l.checkpoint(12), "",
			[]string{"rollback: line 11: the export has 8 events, and the earlier checkpoint of 2026-03-04T17:06:07.000008Z has 12"}, 8},
		{"rewritten and signed again", func([]string) []string { return rewritten.export(4, 8) }, l.checkpoint(8), "",
			[]string{"rewritten: events 0 to 7 (up to line 10) are not those that the earlier checkpoint of"}, 12},
		{"rewritten after the earlier checkpoint", func([]string) []string { return rewritten.export(4, 8) }, l.checkpoint(5), "", nil, 12},
		{"rolled back and grown again", func([]string) []string {
			older := newLog(t, 6)
			for i := 6; i < 12; i++ {
				older.addEvent(i, ".else")
			}
			return older.export(4, 8)
		}, l.checkpoint(8), "", []string{"rewritten: events 0 to 7"}, 12},
	} {
		t.Run(tc.name, func(t *testing.T) {
			key := tc.key
			if key == "" {
				key = l.key
			}
			rep := verify(t, tc.change(slices.Clone(good)), key, audit.VerifyOptions{Since: tc.since})
			ok := len(rep.Faults) == len(tc.want) && rep.Proven == tc.proven
			for i := 0; ok && i < len(tc.want); i++ {
				kind, message, _ := strings.Cut(tc.want[i], ": ")
				ok = string(rep.Faults[i].Kind) == kind && strings.Contains(rep.Faults[i].Message, message)
			}
			if !ok {
				var got []string
				for _, f := range rep.Faults {
					got = append(got, string(f.Kind)+": "+f.Message)
				}
				t.Errorf("proven %d, want %d; faults\n%s\nwant\n%s", rep.Proven, tc.proven, strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
			}
			if rep.OK() != (rep.Err() == nil) {
				t.Error("OK and Err differ")
			}
		})
	}
}
