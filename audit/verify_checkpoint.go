package audit

import (
	"errors"
	"fmt"
)

// shortFall is a checkpoint that counts more events than came before it.
type shortFall struct {
	size, before, line int64
}

func (v *verifier) readCheckpoint(text []byte, final bool) {
	v.closed = final
	cp, err := OpenCheckpoint(text, v.keys)
	if err == nil && cp.Origin != v.rep.Origin {
		err = fmt.Errorf("%w: %q", ErrOrigin, cp.Origin)
	}
	if err != nil {
		v.settle(-1)
		kind := KindSignature
		switch {
		case errors.Is(err, ErrOrigin):
			kind = KindOrigin
		case errors.Is(err, ErrCheckpoint):
			kind = KindCheckpoint
		}
		v.fault(kind, -1, "the checkpoint does not hold: %v", err)
		return
	}
	v.settle(cp.Size)
	v.fill(cp.Size)
	v.endShort()
	v.rep.Checkpoints++
	if v.last != nil {
		earlier := fmt.Sprintf("the one before it (line %d) has size %d and time %s", v.lastLine, v.last.Size, formatTime(v.last.At))
		if cp.Size < v.last.Size {
			v.fault(KindBackwards, -1, "the checkpoint goes back: it has size %d, and %s", cp.Size, earlier)
			return
		}
		if cp.At.Before(v.last.At) {
			v.fault(KindBackwards, -1, "the checkpoint goes back: it has time %s, and %s", formatTime(cp.At), earlier)
		}
	}
	v.last, v.lastLine = &cp, v.line
	v.rep.Size, v.rep.Root, v.rep.CheckpointAt = cp.Size, cp.Root.String(), cp.At
	switch {
	case cp.Size > v.next && cp.Size-v.next <= v.lost:
		v.skip(cp.Size, v.line)
	case cp.Size > v.next:
		v.short = &shortFall{cp.Size, v.next, v.line}
		if final {
			v.tailMissing()
		}
	case cp.Size < v.next:
		v.misplaced(v.next-cp.Size, "it counts %d events and stands after %d: events were added before it, or it was moved", cp.Size, v.next)
	case !v.broken:
		v.compare(cp)
	}
}

// compare holds the tree of the events so far against a signed root of the same size.
func (v *verifier) compare(cp Checkpoint) {
	v.delta = 0
	switch cp.Root {
	case v.stated.root():
		for _, i := range v.doubtful {
			v.rep.reword(i, KindContent, "content does not match the log: a bit was changed")
		}
	case v.content.root():
		for _, i := range v.doubtful {
			v.rep.reword(i, KindHash, "its record hash was changed; the content is that of the log")
		}
		v.stated = v.content.clone()
	default:
		if !v.differs {
			v.rep.add(Fault{Kind: KindRoot, Line: v.checkFrom + 1, LastLine: v.line, Index: min(v.rep.Proven, max(cp.Size-1, 0)), LastIndex: cp.Size - 1,
				detail: "they are not the events that were signed: at least one was changed, added, dropped or moved, and its record hash with it"})
		}
		v.differs = true
		v.doubtful = nil
		return
	}
	v.content = v.stated.clone()
	v.doubtful = nil
	v.rep.Proven, v.checkFrom = cp.Size, v.line
}

// tailMissing names what the closing checkpoint has and the export has not.
func (v *verifier) tailMissing() {
	s := v.short
	v.short = nil
	if v.delta == s.before-s.size {
		return // an earlier checkpoint has already said that so many are missing
	}
	v.gaps = append(v.gaps, gap{s.before, s.size - 1, s.line})
}

// endShort reports a checkpoint that counted more events than were there, when the indexes after it go on without a gap.
func (v *verifier) endShort() {
	s := v.short
	v.short = nil
	if s == nil || s.size <= v.next {
		return
	}
	line := v.line
	v.line = s.line
	v.misplaced(s.before-s.size, "it counts %d events and stands after %d: events are missing before it, or it was moved", s.size, s.before)
	v.line = line
}

// misplaced reports a checkpoint whose size does not fit its place, once for each amount it is wrong by.
func (v *verifier) misplaced(delta int64, format string, args ...any) {
	if delta == v.delta {
		return
	}
	v.delta = delta
	kind := KindPlace
	if v.closed && v.line == v.lastLine {
		if kind = KindInserted; delta < 0 {
			kind = KindMissing
		}
	}
	v.fault(kind, -1, "the checkpoint does not fit its place: "+format, args...)
}
