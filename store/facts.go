package store

import "github.com/sallyport/sallyport"

// GrantFacts is the body of an event about a grant: all that is needed to tell from the log alone who held what at any
// moment. Times are microseconds since 1970. Every event that makes a grant or changes its times carries it, as the
// grant is after the change.
func GrantFacts(g sallyport.Grant) map[string]any {
	f := map[string]any{"grant": g.ID, "subject_kind": string(g.Subject.Kind), "subject": g.Subject.ID, "resource": g.Resource.ID,
		"relation": string(g.Relation), "origin": string(g.Origin), "reason_kind": g.ReasonKind, "starts_at": Micros(g.StartsAt), "no_end": g.NoEnd}
	if p := string(g.Parameters); p != "" && p != "{}" {
		f["parameters"] = p
	}
	if g.RequestID != "" {
		f["request"] = g.RequestID
	}
	if g.EndsAt != nil {
		f["ends_at"] = Micros(*g.EndsAt)
	}
	if g.Duration != nil {
		f["duration"] = g.Duration.String()
	}
	if g.ActivatedAt != nil {
		f["activated_at"] = Micros(*g.ActivatedAt)
	}
	if g.EndedAt != nil {
		f["ended_at"] = Micros(*g.EndedAt)
	}
	return f
}
