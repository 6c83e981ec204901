package audit

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// VerifyOptions adds to what Verify does. The zero value is fine.
type VerifyOptions struct {
	// Since is an earlier signed checkpoint of the same log. The export must begin with what it signed: an older copy of
	// the whole log, or one that was rewritten and signed again, is found by it and by nothing else.
	Since []byte
	// Event is called with every event that can be read, in the order of the lines, before it is known whether the log
	// verifies. An error from it ends Verify with that error.
	Event func(Event) error
}

// Event is one event as an export holds it.
type Event struct {
	Line   int64
	Index  int64
	Leaf   Leaf
	Values map[string]Value // those that fit their hash
}

// Verify checks an export with nothing but the public key (several, separated by white space, when it was changed). It
// reads once from start to end; what it keeps does not grow with the export. What is wrong with the export is in the Report, never in the
// error: that is for a key or an earlier checkpoint that cannot be used, and for a reader that fails.
func Verify(r io.Reader, verifierKey string, opts VerifyOptions) (Report, error) {
	v := verifier{opts: opts, order: order{strays: map[int64]record{}}, rep: Report{SinceSize: -1, Faults: []Fault{}}}
	var err error
	if v.keys, v.rep.Origin, err = NewVerifiers(verifierKey); err != nil {
		return v.rep, err
	}
	v.rep.Tenant = strings.TrimPrefix(v.rep.Origin, Origin(""))
	if len(opts.Since) > 0 {
		since, err := OpenCheckpoint(opts.Since, v.keys)
		if err != nil {
			return v.rep, fmt.Errorf("audit: the earlier checkpoint cannot be used: %w", err)
		}
		v.since, v.rep.SinceSize = &since, since.Size
	}
	v.checkSince()
	lines := newLineReader(r)
	for {
		text, err := lines.next()
		if err == io.EOF {
			break
		}
		v.line++
		switch {
		case err == errLineTooLong:
			v.unreadable(KindTooLong, err)
		case err != nil && err != errCutLine:
			return v.rep, fmt.Errorf("audit: reading line %d of the export: %w", v.line, err)
		default:
			if err := v.readLine(text, err); err != nil {
				return v.rep, err
			}
		}
	}
	v.end()
	slices.SortStableFunc(v.rep.Faults, func(a, b Fault) int { return int(a.Line - b.Line) })
	return v.rep, nil
}

// verifier is the state between two lines.
type verifier struct {
	opts  VerifyOptions
	keys  note.Verifiers
	since *Checkpoint
	rep   Report

	line   int64 // the line being read
	closed bool  // the closing checkpoint was there
	after  bool  // so was something after it

	order
	stated  frontier // the tree over the record hashes as written
	content frontier // the tree over the leaves
	broken  bool     // events are missing: from here on there is no tree to compare
	differs bool     // the tree is not the signed one, and that was said

	last      *Checkpoint // the last with a good signature
	lastLine  int64
	checkFrom int64      // the line after the last checkpoint that fitted
	short     *shortFall // a checkpoint that counts more events than were there
	delta     int64      // by how much the last misplaced one was wrong
	doubtful  []int      // faults of kind content that the next checkpoint will tell more of, by their place in the report
}

func (v *verifier) fault(kind Kind, index int64, format string, args ...any) int {
	return v.rep.add(Fault{Kind: kind, Line: max(v.line, 1), Index: index, detail: fmt.Sprintf(format, args...)})
}

// readLine judges one line; lineErr says that its end is missing. The error is only of opts.Event.
func (v *verifier) readLine(text []byte, lineErr error) error {
	if v.closed {
		if !v.after {
			v.fault(KindTrailing, -1, "it comes after the closing checkpoint and is covered by no signature: it was added")
		}
		v.after = true
		return nil
	}
	p, err := parseLine(text)
	err = errors.Join(err, lineErr)
	if v.line == 1 && (p.Export != nil || err != nil) {
		v.readHeader(p, err)
		return nil
	}
	if v.line == 1 {
		v.fault(KindHeader, -1, `it is not the header of an export of the audit log ({"created_at":…,"sallyport_export":1,…})`)
	}
	malformed := err != nil
	if malformed {
		var ok bool
		if p, ok = looseLine(text); !ok || lineErr != nil {
			v.unreadable(KindMalformed, err)
			return nil
		}
		if p.Leaf != nil {
			v.fault(KindMalformed, p.Index, "the line is not written as an export writes it: it was edited (%v)", err)
		} else {
			v.fault(KindMalformed, -1, "the line is not written as an export writes it: it was edited (%v)", err)
		}
	}
	switch {
	case p.Leaf != nil:
		return v.readEvent(p, malformed)
	case p.Checkpoint != nil:
		v.readCheckpoint([]byte(*p.Checkpoint), p.Final)
	default:
		v.fault(KindMalformed, -1, "a header stands in the middle of the export")
	}
	return nil
}

func (v *verifier) readHeader(p parsedLine, err error) {
	switch _, timeErr := parseTime(p.CreatedAt); {
	case err != nil:
		v.fault(KindHeader, -1, "it is not the header of an export of the audit log: %v", err)
	case *p.Export != FormatVersion:
		v.fault(KindHeader, -1, "the export has format %d and this version reads %d", *p.Export, FormatVersion)
	case p.Origin != Origin(p.Tenant):
		v.fault(KindHeader, -1, "tenant %q and origin %q do not belong together", p.Tenant, p.Origin)
	case timeErr != nil:
		v.fault(KindHeader, -1, `"created_at": %v`, timeErr)
	case p.Origin != v.rep.Origin:
		v.fault(KindOrigin, -1, "this is an export of %q, and the public key is that of %q", p.Origin, v.rep.Origin)
	}
}

// unreadable notes a line of which nothing can be used. It may have been an event; what follows will tell.
func (v *verifier) unreadable(kind Kind, err error) {
	if v.closed {
		v.after = true
	}
	if v.line == 1 {
		v.readHeader(parsedLine{}, err)
		return
	}
	next := v.next
	if v.held != nil {
		next++
	}
	v.lost++
	v.fault(kind, -1, "it cannot be read (by its place it should be event %d or a checkpoint): %v", next, err)
}

// end says what only the end of the file can tell.
func (v *verifier) end() {
	v.settle(-1)
	v.endShort()
	if v.line == 0 {
		v.fault(KindHeader, -1, "the export is empty")
	}
	if !v.closed {
		detail := "the export ends here without its closing checkpoint: it was cut off"
		covered := int64(0)
		if v.last != nil {
			covered = v.last.Size
		}
		if v.next > covered {
			detail += fmt.Sprintf("; %s stand after the last checkpoint, under no signature", events(covered, v.next-1))
		}
		v.fault(KindTruncated, -1, "%s", detail)
	}
	v.endOrder()
	v.endSince()
}

// checkSince compares with the earlier checkpoint when the tree has just that many events.
func (v *verifier) checkSince() {
	if v.since == nil || v.broken || v.next != v.since.Size || v.stated.size != v.since.Size {
		return
	}
	if v.stated.root() != v.since.Root && v.content.root() != v.since.Root {
		v.rep.add(Fault{Kind: KindRewritten, Line: max(v.line, 1), Index: 0, LastIndex: max(v.since.Size-1, 0),
			Message: fmt.Sprintf("%s (up to line %d) are not those that the earlier checkpoint of %s signed: the log was rewritten",
				events(0, max(v.since.Size-1, 0)), v.line, formatTime(v.since.At))})
	}
}

func (v *verifier) endSince() {
	if v.since == nil {
		return
	}
	size := v.next
	if v.last != nil && v.closed {
		size = v.last.Size
	}
	switch {
	case size < v.since.Size:
		v.fault(KindRollback, -1, "the export has %d events, and the earlier checkpoint of %s has %d: this is an older state of the log, or its end was removed",
			size, formatTime(v.since.At), v.since.Size)
	case v.last != nil && v.last.Size > v.since.Size && v.last.At.Before(v.since.At):
		v.fault(KindBackwards, -1, "the last checkpoint has more events (%d) than the earlier one (%d) and an earlier time (%s, before %s): one of them was made of another history",
			v.last.Size, v.since.Size, formatTime(v.last.At), formatTime(v.since.At))
	}
}
