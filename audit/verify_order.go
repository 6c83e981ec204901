package audit

import (
	"fmt"
	"slices"
)

// maxStrays and maxGaps bound what is remembered of a log in disorder.
const (
	maxStrays = 10_000
	maxGaps   = 10_000
)

// order is what tells a dropped line from a moved, an added and a renumbered one. An event whose index is not the next is
// held back until the line after it is known:
//
//	expected 5, found 9, then 6: event 5 has a wrong index
//	expected 5, found 9, then 5: event 9 does not belong here; it was moved or added (a stray)
//	expected 5, found 9, then anything else: events 5 to 8 are missing, or come later
type order struct {
	next   int64 // the index that the next event must have
	held   *record
	strays map[int64]record // events that stood before their place, by index
	gaps   []gap            // indexes passed over, ascending
	lost   int64            // lines since the last event of which nothing could be read
}

type gap struct {
	first, last int64
	line        int64 // of the event after the gap
}

func (v *verifier) arrange(rec record) {
	v.settle(rec.index)
	if rec.index != v.next {
		v.fill(rec.index)
	}
	if v.short != nil {
		if rec.index == v.next {
			v.endShort()
		}
		v.short = nil // otherwise the gap in the indexes says it better
	}
	if rec.index == v.next {
		v.accept(rec)
		return
	}
	v.held = &rec
}

// settle decides about the event held back, now that the index after it is known (-1: it is not).
func (v *verifier) settle(following int64) {
	if v.held == nil {
		return
	}
	rec := *v.held
	v.held = nil
	switch {
	case following == v.next+1:
		v.rep.add(Fault{Kind: KindIndex, Line: rec.line, Index: v.next,
			detail: fmt.Sprintf("it says that it is event %d: the index was changed, or the event put in the place of another", rec.index)})
		v.accept(rec)
	case rec.index < v.next:
		v.late(rec)
	case following == v.next && len(v.strays) < maxStrays:
		if _, twice := v.strays[rec.index]; twice {
			v.inserted(rec)
			return
		}
		v.strays[rec.index] = rec
	default:
		v.skip(rec.index, rec.line)
		v.accept(rec)
	}
}

// fill takes strays as the events from next up to (not with) index, as long as there are such.
func (v *verifier) fill(index int64) {
	for v.next < index {
		rec, ok := v.strays[v.next]
		if !ok {
			return
		}
		delete(v.strays, v.next)
		v.rep.add(Fault{Kind: KindReordered, Line: rec.line, Index: rec.index, detail: "it stands before events that it follows in the log: the order was changed"})
		v.accept(rec)
	}
}

// skip passes over the indexes from next up to (not with) index: those events are not where they belong.
func (v *verifier) skip(index, line int64) {
	v.broken = true
	v.doubtful = nil
	if index-v.next > v.lost { // otherwise the lines that could not be read are these events, and were named
		if len(v.gaps) < maxGaps {
			v.gaps = append(v.gaps, gap{v.next, index - 1, line})
		} else {
			v.missing(gap{v.next, index - 1, line})
		}
	}
	v.next, v.lost = index, 0
}

// late judges an event whose index was passed already.
func (v *verifier) late(rec record) {
	for i, g := range v.gaps {
		if rec.index < g.first || rec.index > g.last {
			continue
		}
		rest := make([]gap, 0, 2)
		if g.first < rec.index {
			rest = append(rest, gap{g.first, rec.index - 1, g.line})
		}
		if rec.index < g.last {
			rest = append(rest, gap{rec.index + 1, g.last, g.line})
		}
		v.gaps = slices.Replace(v.gaps, i, i+1, rest...)
		v.rep.add(Fault{Kind: KindReordered, Line: rec.line, Index: rec.index, detail: "it stands after events that it precedes in the log: the order was changed"})
		return
	}
	v.inserted(rec)
}

func (v *verifier) inserted(rec record) {
	v.rep.add(Fault{Kind: KindInserted, Line: rec.line, Index: rec.index, detail: "an event of this index has its place elsewhere in the export: this line was added"})
}

func (v *verifier) missing(g gap) {
	are := "are"
	if g.first == g.last {
		are = "is"
	}
	v.rep.add(Fault{Kind: KindMissing, Line: g.line, Index: g.first, LastIndex: g.last,
		Message: fmt.Sprintf("%s %s missing before line %d", events(g.first, g.last), are, g.line)})
}

func (v *verifier) endOrder() {
	for _, g := range v.gaps {
		v.missing(g)
	}
	for index, rec := range v.strays {
		if index < v.next {
			v.inserted(rec)
			continue
		}
		v.rep.add(Fault{Kind: KindInserted, Line: rec.line, Index: index, detail: fmt.Sprintf("the log has only %d events: this line was added", v.next)})
	}
}
