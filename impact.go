package sallyport

import "time"

// Impact is what a change would do to who has what, before it is made. Access by another way counts: somebody who keeps a
// resource by a role loses nothing. What is not there now any longer is lost, also where it begins again later; what has not
// begun yet counts from then. Resources outside the reader's audience are left
// out, of the counts as well.
type Impact struct {
	Gained    int            `json:"gained"`
	Lost      int            `json:"lost"`
	Longer    int            `json:"longer"`
	Shorter   int            `json:"shorter"`
	People    int            `json:"people" doc:"How many people it concerns"`
	Resources int            `json:"resources" doc:"How many resources it concerns"`
	Items     []ImpactItem   `json:"items" doc:"By what changes, losses first; at most 500"`
	Cut       int            `json:"cut,omitempty" doc:"How many items are not in the list"`
	Events    map[string]int `json:"events" doc:"What else would be recorded, by verb, e.g. request.superseded: 2"`
}

// What a change does to one person's access to one resource.
const (
	ImpactLost    = "lost"
	ImpactShorter = "shorter"
	ImpactLonger  = "longer"
	ImpactGained  = "gained"
)

// ImpactItem is one person's access to one resource that would change.
type ImpactItem struct {
	Change   string      `json:"change" enum:"lost,shorter,longer,gained"`
	User     UserRef     `json:"user"`
	Resource ResourceRef `json:"resource"`
	Relation Relation    `json:"relation" enum:"member,owner"`
	Before   *Span       `json:"before,omitempty" doc:"Absent where there was nothing and nothing to come"`
	After    *Span       `json:"after,omitempty" doc:"Absent where there is nothing left and nothing to come"`
}

// Span is when somebody has something, by all ways together. Neither an end nor no_end: the end is known once the access is
// real, and is duration after that.
type Span struct {
	StartsAt *time.Time `json:"starts_at,omitempty" doc:"Where it is still to begin"`
	EndsAt   *time.Time `json:"ends_at,omitempty"`
	NoEnd    bool       `json:"no_end,omitempty"`
	Duration *Duration  `json:"duration,omitempty" doc:"How long, where it counts from when the access is real"`
	AgainAt  *time.Time `json:"again_at,omitempty" doc:"When it begins again after that end"`
	LastEnd  *time.Time `json:"last_ends_at,omitempty" doc:"Where it begins again: when it ends at last; absent for no end"`
}

// Compare orders spans by their end; one whose end is not known yet comes between those with an end and those without.
func (s Span) Compare(o Span) int {
	rank := func(s Span) (int, time.Time) {
		switch {
		case s.NoEnd:
			return 2, time.Time{}
		case s.EndsAt == nil:
			return 1, time.Time{}
		}
		return 0, *s.EndsAt
	}
	a, at := rank(s)
	b, bt := rank(o)
	if a != b {
		return a - b
	}
	return at.Compare(bt)
}
