package audit

import (
	"fmt"
	"strings"
	"time"
)

// MaxFaults is how many faults a Report lists; further ones are counted.
const MaxFaults = 100

// Kind says what sort of fault was found.
type Kind string

// The kinds of fault.
const (
	KindHeader     Kind = "header"     // the first line is not the header of such an export
	KindMalformed  Kind = "malformed"  // a line is not written as an export writes it
	KindTooLong    Kind = "too_long"   // a line is over MaxLine
	KindContent    Kind = "content"    // a leaf does not fit its record hash: a bit was changed
	KindHash       Kind = "hash"       // a record hash was changed, the leaf was not
	KindLeaf       Kind = "leaf"       // a leaf fits its hash and is no leaf that this version knows
	KindIndex      Kind = "index"      // an event stands in its place with a wrong index
	KindMissing    Kind = "missing"    // events were dropped
	KindReordered  Kind = "reordered"  // an event stands in the wrong place
	KindInserted   Kind = "inserted"   // an event stands there that the log does not have
	KindRoot       Kind = "root"       // the events are not those that were signed
	KindValue      Kind = "value"      // a value does not fit its hash
	KindCheckpoint Kind = "checkpoint" // a checkpoint cannot be read
	KindSignature  Kind = "signature"  // a checkpoint is not signed, or not by the key given
	KindOrigin     Kind = "origin"     // a checkpoint or event is another log's
	KindBackwards  Kind = "backwards"  // a checkpoint is older than the one before it
	KindPlace      Kind = "place"      // a checkpoint stands where its size does not fit
	KindTruncated  Kind = "truncated"  // the closing checkpoint is missing
	KindTrailing   Kind = "trailing"   // something follows the closing checkpoint
	KindRollback   Kind = "rollback"   // the log is older than the earlier checkpoint
	KindRewritten  Kind = "rewritten"  // the log does not begin with what the earlier checkpoint signed
)

// Fault is one thing that is wrong, and where.
type Fault struct {
	Kind Kind `json:"kind"`
	// Line counts from 1; LastLine is the same or the end of a range.
	Line     int64 `json:"line"`
	LastLine int64 `json:"last_line"`
	// Index counts events from 0; -1 when the fault is not of an event. LastIndex is the same or the end of a range.
	Index     int64 `json:"index"`
	LastIndex int64 `json:"last_index"`
	// Message says the same in words, place included.
	Message string `json:"message"`

	detail string // the message without its place
}

func (f Fault) String() string { return f.Message }

// place words where the fault is: "event 17 (line 19)".
func (f Fault) place() string {
	lines := fmt.Sprintf("line %d", f.Line)
	if f.LastLine > f.Line {
		lines = fmt.Sprintf("lines %d to %d", f.Line, f.LastLine)
	}
	if f.Index < 0 {
		return lines
	}
	return fmt.Sprintf("%s (%s)", events(f.Index, f.LastIndex), lines)
}

func events(first, last int64) string {
	if last > first {
		return fmt.Sprintf("events %d to %d", first, last)
	}
	return fmt.Sprintf("event %d", first)
}

// Report is what Verify found.
type Report struct {
	Tenant string `json:"tenant"`
	Origin string `json:"origin"` // the log that the key is for
	// Events counts the lines with an event, the others that are out of place too.
	Events        int64 `json:"events"`
	ValuesPresent int64 `json:"values_present"`
	ValuesErased  int64 `json:"values_erased"` // hashes without a value
	Checkpoints   int64 `json:"checkpoints"`   // those with a good signature
	// Proven is how many events, from the first, are shown to be those that were signed.
	Proven int64 `json:"proven"`
	// Size, Root and CheckpointAt are of the last checkpoint with a good signature; zero if there is none.
	Size         int64     `json:"size"`
	Root         string    `json:"root"` // base64
	CheckpointAt time.Time `json:"checkpoint_at"`
	// SinceSize is the size of the earlier checkpoint; -1 when none was given.
	SinceSize int64 `json:"since_size"`
	// Faults are in the order of their lines, MaxFaults at most; MoreFaults counts those left out.
	Faults     []Fault `json:"faults"`
	MoreFaults int     `json:"more_faults"`
}

// OK tells whether nothing is wrong.
func (r Report) OK() bool { return len(r.Faults) == 0 }

// Err is nil when nothing is wrong; otherwise it names every fault listed, a line each.
func (r Report) Err() error {
	if r.OK() {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "the log of %s does not verify:", r.Origin)
	for _, f := range r.Faults {
		b.WriteString("\n- " + f.Message)
	}
	if r.MoreFaults > 0 {
		fmt.Fprintf(&b, "\n- and %d more", r.MoreFaults)
	}
	return fmt.Errorf("%s", b.String())
}

// add keeps a fault and returns where it lies in the list, -1 when the list is full. A fault that goes on from the one
// before it, in line and index, is joined to it.
func (r *Report) add(f Fault) int {
	f.LastLine, f.LastIndex = max(f.LastLine, f.Line), max(f.LastIndex, f.Index)
	if n := len(r.Faults); n > 0 && (f.Kind == KindReordered || f.Kind == KindInserted) {
		last := &r.Faults[n-1]
		if last.Kind == f.Kind && last.detail == f.detail && f.Index >= 0 && f.Index == last.LastIndex+1 && f.Line == last.LastLine+1 {
			last.LastIndex, last.LastLine = f.LastIndex, f.LastLine
			last.Message = last.place() + ": " + last.detail
			return n - 1
		}
	}
	if len(r.Faults) >= MaxFaults {
		r.MoreFaults++
		return -1
	}
	if f.Message == "" {
		f.Message = f.place() + ": " + f.detail
	}
	r.Faults = append(r.Faults, f)
	return len(r.Faults) - 1
}

// reword changes what an earlier fault says once more is known of it.
func (r *Report) reword(i int, kind Kind, detail string) {
	f := &r.Faults[i]
	f.Kind, f.detail = kind, detail
	f.Message = f.place() + ": " + detail
}
