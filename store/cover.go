package store

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
)

// cover is a stretch of time in which somebody has something by one reason or several, in microseconds: from is 0 where it
// has begun, to is endless without an end. Of what counts from when it is real, length is how long that is, and to is where
// it would end if it were real at once.
type cover struct {
	from, to int64
	length   *sallyport.Duration
}

const endless = math.MaxInt64

// coverOf is what one reason gives, as told at a moment.
func coverOf(starts time.Time, ends *time.Time, noEnd bool, length *sallyport.Duration, now int64) cover {
	c := cover{from: Micros(starts), to: endless}
	begin := max(c.from, now)
	if c.from <= now {
		c.from = 0
	}
	switch {
	case noEnd:
	case ends != nil:
		c.to = Micros(*ends)
	case length != nil:
		c.length, c.to = length, begin+length.Std().Microseconds()
	}
	return c
}

// together puts stretches in order and makes one of those that touch. What is empty, as where a membership ends before the
// role holds a thing, is left out.
func together(list []cover) (out []cover) {
	slices.SortFunc(list, func(a, b cover) int { return cmp.Compare(a.from, b.from) })
	for _, c := range list {
		n := len(out)
		switch {
		case c.to <= c.from:
		case n == 0 || c.from > out[n-1].to:
			out = append(out, c)
		case c.to > out[n-1].to:
			if out[n-1].to, out[n-1].length = c.to, c.length; c.from > out[n-1].from { // a length counts from where it begins
				out[n-1].length = nil
			}
		}
	}
	return out
}

// spanOf is how an impact shows stretches put together: the first, when it begins again, and when the last ends.
func spanOf(list []cover) *sallyport.Span {
	if len(list) == 0 {
		return nil
	}
	at := func(micros int64) *time.Time {
		t := time.UnixMicro(micros).UTC()
		return &t
	}
	c := list[0]
	s := &sallyport.Span{NoEnd: c.to == endless, Duration: c.length}
	if c.from > 0 {
		s.StartsAt = at(c.from)
	}
	if !s.NoEnd && c.length == nil {
		s.EndsAt = at(c.to)
	}
	if last := list[len(list)-1]; len(list) > 1 {
		if s.AgainAt = at(list[1].from); last.to < endless {
			s.LastEnd = at(last.to)
		}
	}
	return s
}

// changeOf says what becomes of what somebody has, "" for nothing. Whether it is there now counts first: what begins again
// later is lost until then. Then the last end, the beginning, and the time between that is without it.
func changeOf(before, after []cover) string {
	had, has := len(before) > 0, len(after) > 0
	if had && has {
		if now, then := before[0].from == 0, after[0].from == 0; now != then {
			had, has = now, then
		}
	}
	switch {
	case had && !has:
		return sallyport.ImpactLost
	case has && !had:
		return sallyport.ImpactGained
	case !had:
		return ""
	}
	more := cmp.Or(cmp.Compare(after[len(after)-1].to, before[len(before)-1].to), cmp.Compare(before[0].from, after[0].from), cmp.Compare(between(before), between(after)))
	return map[int]string{-1: sallyport.ImpactShorter, 1: sallyport.ImpactLonger}[more]
}

// between is how long the pauses are.
func between(list []cover) (sum int64) {
	for i := 1; i < len(list); i++ {
		sum += list[i].from - list[i-1].to
	}
	return sum
}
