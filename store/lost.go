package store

import "strings"

// IntervalLost is the state of a history that lists what somebody had and has no longer: of each thing the one interval
// that stopped last, when that is over. What they have still, by whatever way, is not in it. It needs a person.
const IntervalLost = "lost"

// latest numbers the intervals of a person and a thing from the one that stops last on, where that is asked for.
func latest(f IntervalFilter, intervals string) string {
	if f.State != IntervalLost {
		return intervals
	}
	return "SELECT i.*, row_number() OVER (PARTITION BY i.subject_kind, i.subject_id, i.resource_id, i.relation ORDER BY i.stopped_at DESC, i.id DESC) AS nth FROM (" +
		intervals + ") i WHERE i.was_real AND i.starts_at < i.stopped_at"
}

// lost keeps of the numbered intervals those that are lost, and narrows them by the way, the role and who acted, which say
// nothing about whether something is lost.
func (q *query) lost(and func(cond string, values ...any), t string, f IntervalFilter, now int64) {
	and("x.nth = 1 AND x.stopped_at <= %s", now)
	switch f.Via {
	case "direct":
		and("x.role_id = ''")
	case "role":
		and("x.role_id <> ''")
	}
	if f.RoleID != "" {
		and("(x.role_id = %s OR x.resource_id = %s)", f.RoleID, f.RoleID)
	}
	if f.ActorID != "" {
		set := strings.ReplaceAll(acted(t, q.arg(f.ActorID)), "%", "%%") // and reads it as a format
		and("(x.given_id IN " + set + " OR x.end_id IN " + set + ")")
	}
}
