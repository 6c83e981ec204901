package access

import (
	"time"

	"github.com/sallyport/sallyport"
)

// lengthOf makes exactly one of duration, until and no end out of what was asked, or the resource's default.
func lengthOf(actor sallyport.Actor, r *sallyport.Request, ask sallyport.Ask, res sallyport.Resource, now time.Time) error {
	n := 0
	for _, given := range []bool{ask.Duration != nil, ask.Until != nil, ask.NoEnd} {
		if given {
			n++
		}
	}
	if r.Kind == sallyport.RequestWorkOrder {
		r.Duration, r.Until, r.NoEnd, r.StartsAt = nil, nil, false, nil
		return nil
	}
	if n > 1 {
		return sallyport.Invalid("duration", "only one of duration, until and no_end can be given")
	}
	if n == 0 {
		d := res.Durations.Default
		if d == 0 && len(res.Durations.Presets) > 0 {
			d = res.Durations.Presets[0]
		}
		if d == 0 {
			return sallyport.Invalid("duration", "is missing; say for how long (duration, e.g. P7D), until when (until), or no_end")
		}
		r.Duration = &d
	}
	start := now
	if r.StartsAt != nil {
		if !r.StartsAt.After(now) {
			r.StartsAt = nil
		} else {
			start = r.StartsAt.UTC().Truncate(time.Microsecond)
			r.StartsAt = &start
		}
	}
	if start.Sub(now) > sallyport.MaxDuration.Std() {
		return &sallyport.Error{Code: sallyport.EPrecondition, Rule: "domain.3", Message: "it would start more than ten years from now"}
	}
	if r.Duration != nil && (*r.Duration < sallyport.MinDuration || *r.Duration > sallyport.MaxDuration) {
		return sallyport.Invalid("duration", "is out of range; use PT1S to P3650D")
	}
	if r.Until != nil {
		until := r.Until.UTC().Truncate(time.Microsecond)
		if _, err := untilLength(actor, until, start, now); err != nil {
			return err
		}
		r.Until = &until
	}
	return nil
}

// untilLength is how long access until a moment is, which begins at another, now or to come. What is over, has no length or
// is too far away is refused.
func untilLength(actor sallyport.Actor, until, start, now time.Time) (sallyport.Duration, error) {
	length := sallyport.Duration(until.Sub(start)) // at most 292 years, of what is further
	switch {
	case !until.After(now):
		return 0, sallyport.Errorf(sallyport.EPrecondition, "%s is over already, so there would be no access", actor.Moment(until)).WithHint("Choose an end that is still to come.").WithRule("domain.3")
	case length <= 0:
		return 0, sallyport.Errorf(sallyport.EPrecondition, "the end %s is not after the start %s, so there would be no access", actor.Moment(until), actor.Moment(start)).WithHint("Choose a later end, or an earlier start.").WithRule("domain.3")
	case length > sallyport.MaxDuration:
		return 0, sallyport.Invalid("until", "is more than ten years away; choose an earlier end, or no_end for access without one")
	}
	return length, nil
}

// lengthAt is how long the access would be if it began now.
func lengthAt(r sallyport.Request, now time.Time) sallyport.Duration {
	if r.Duration != nil {
		return *r.Duration
	}
	if r.Until != nil {
		start := now
		if r.StartsAt != nil {
			start = *r.StartsAt
		}
		return sallyport.Duration(r.Until.Sub(start))
	}
	return 0
}

// endOf is when the access would end if it began now; the zero time for no end.
func endOf(r sallyport.Request, now time.Time) time.Time {
	switch {
	case r.Until != nil:
		return *r.Until
	case r.Duration != nil:
		start := now
		if r.StartsAt != nil {
			start = *r.StartsAt
		}
		return start.Add(r.Duration.Std())
	}
	return time.Time{}
}
