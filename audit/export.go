package audit

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"
)

const (
	// FormatVersion is the number in the header of an export.
	FormatVersion = 1
	// MaxLine is the greatest length in bytes of a line of an export, its line end apart.
	MaxLine = 4 << 20
)

// Value is the text behind a hash in a leaf, with the salt that the hash was made with.
type Value struct {
	Salt  []byte
	Value string
}

// Record is one event of an export.
type Record struct {
	Index int64
	Leaf  []byte // the bytes as they are kept, not encoded anew
	// Hash is the record hash kept in the tree. When zero, it is computed of Leaf; given, it tells a verifier which line
	// was changed in the database.
	Hash   Hash
	Values map[string]Value // without those that were erased
}

// Exporter writes an export, line by line. It writes what it is given, whole or not: finding out is the verifier's part.
// Not safe for concurrent use. Nothing is certain to have reached the writer before Close.
type Exporter struct {
	w      *bufio.Writer
	buf    []byte
	closed bool
}

// NewExporter writes the header.
func NewExporter(w io.Writer, tenant string, createdAt time.Time) (*Exporter, error) {
	e := &Exporter{w: bufio.NewWriterSize(w, 64<<10)}
	return e, e.line("the header", map[string]any{
		"sallyport_export": FormatVersion,
		"tenant":           tenant,
		"origin":           Origin(tenant),
		"created_at":       formatTime(createdAt),
	})
}

// Event writes one event. Events come in the order of their index, from 0.
func (e *Exporter) Event(r Record) error {
	if r.Hash == (Hash{}) {
		r.Hash = RecordHash(r.Leaf)
	}
	m := map[string]any{"index": r.Index, "leaf": string(r.Leaf), "hash": hex.EncodeToString(r.Hash[:])}
	if len(r.Values) > 0 {
		values := make(map[string]any, len(r.Values))
		for name, v := range r.Values {
			values[name] = map[string]string{"salt": hex.EncodeToString(v.Salt), "value": v.Value}
		}
		m["values"] = values
	}
	return e.line(fmt.Sprintf("event %d", r.Index), m)
}

// Checkpoint writes a signed checkpoint between the events. Its place is where its size equals the events so far. The
// more there are, the closer a verifier can say where a log was changed.
func (e *Exporter) Checkpoint(signed []byte) error {
	return e.line("a checkpoint", map[string]any{"checkpoint": string(signed)})
}

// Close writes the closing checkpoint, which must cover every event, and flushes. An export without it counts as cut off;
// so whoever fails midway just stops.
func (e *Exporter) Close(signed []byte) error {
	if err := e.line("the closing checkpoint", map[string]any{"checkpoint": string(signed), "final": true}); err != nil {
		return err
	}
	e.closed = true
	return e.w.Flush()
}

func (e *Exporter) line(what string, m map[string]any) error {
	if e.closed {
		return errors.New("audit: the export is closed")
	}
	line, err := appendCanonical(e.buf[:0], m, 0)
	if err != nil {
		return fmt.Errorf("audit: %s cannot be exported: %w", what, err)
	}
	if len(line) > MaxLine {
		return fmt.Errorf("audit: %s takes %d bytes, more than the %d a line of an export may have", what, len(line), MaxLine)
	}
	e.buf = append(line, '\n')
	_, err = e.w.Write(e.buf)
	return err
}
