// Package timeline reckons naively when somebody has something, for tests to hold previews against: moment by moment, where
// the product puts stretches together.
package timeline

import (
	"slices"
	"time"

	"github.com/sallyport/sallyport"
)

// Stretch is access by one reason. Ends is nil without an end.
type Stretch struct {
	Starts time.Time
	Ends   *time.Time
}

// SpanAt is how an impact shows stretches, as told at a moment; nil where nothing is left of them.
func SpanAt(now time.Time, list []Stretch) *sallyport.Span {
	holds := func(t time.Time) bool {
		return slices.ContainsFunc(list, func(s Stretch) bool { return !s.Starts.After(t) && (s.Ends == nil || s.Ends.After(t)) })
	}
	moments := []time.Time{now}
	for _, s := range list {
		moments = append(moments, s.Starts)
		if s.Ends != nil {
			moments = append(moments, *s.Ends)
		}
	}
	slices.SortFunc(moments, time.Time.Compare)
	moments = slices.CompactFunc(moments, time.Time.Equal)
	var out *sallyport.Span
	for _, t := range moments {
		switch has := holds(t); {
		case t.Before(now):
		case out == nil && has:
			out = &sallyport.Span{NoEnd: true}
			if t.After(now) {
				out.StartsAt = &t
			}
		case out != nil && out.NoEnd && !has:
			out.NoEnd, out.EndsAt = false, &t
		case out != nil && !out.NoEnd && has && out.AgainAt == nil:
			out.AgainAt = &t
		case out != nil && out.AgainAt != nil && has:
			out.LastEnd = nil
		case out != nil && out.AgainAt != nil && out.LastEnd == nil:
			out.LastEnd = &t
		}
	}
	return out
}
