package sallyport

import "time"

// Expiring is a grant that comes to its end, with what somebody wants to know who decides about going on.
type Expiring struct {
	Grant     Grant        `json:"grant"`
	App       *ResourceRef `json:"app,omitempty" doc:"The app that contains the resource"`
	People    int          `json:"people,omitempty" doc:"Of a role's grant: how many people have this by the role now"`
	Reaches   int          `json:"reaches,omitempty" doc:"Of a membership of a role: how many resources the role gives; of ownership of an app: how many it contains"`
	Continues bool         `json:"continues,omitempty" doc:"The person goes on having it by another reason, so nobody is told of this end"`
	Limits    GrantLimits  `json:"limits"`
	Reviewed  *Review      `json:"reviewed,omitempty" doc:"Marked: not to be renewed"`
}

// GrantLimits says how long a grant may be renewed for, counted from now, and what demands it.
type GrantLimits struct {
	Greatest    Duration `json:"greatest" doc:"The greatest length allowed now"`
	From        string   `json:"from" doc:"Where that comes from, in words"`
	Key         string   `json:"key" doc:"The rule: durations, a constraint's key, or any"`
	NeedsReason bool     `json:"needs_reason,omitempty" doc:"A renewal needs a reason"`
}

// Review is the mark "reviewed, do not renew". It suppresses notices and goes with a renewal.
type Review struct {
	By     *UserRef  `json:"by,omitempty"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
}

// LimitSource is one thing that limits how long access may last: a resource's own durations, or a tag on it or its app.
type LimitSource struct {
	Name        string // of the resource that it is about
	From        string // in words
	Durations   Durations
	Constraints Constraints
}

// GreatestLength is the greatest length that the sources allow for the relation. Through is true for a role's membership
// held against what the role gives: then only time limits of sources whose resource propagates them count, and its own
// durations do not. The strictest wins; of equals the first.
func GreatestLength(relation Relation, sources []LimitSource, through bool) GrantLimits {
	out := GrantLimits{Greatest: MaxDuration, From: "no access is given for longer", Key: "any"}
	propagates := false
	for _, s := range sources {
		propagates = propagates || s.Constraints.Propagate()
	}
	take := func(d Duration, from, key string) {
		if d > 0 && d < out.Greatest {
			out.Greatest, out.From, out.Key = d, from, key
		}
	}
	for _, s := range sources {
		out.NeedsReason = out.NeedsReason || s.Constraints.NeedsReason(relation)
		if through && !propagates {
			continue
		}
		if !through && relation == Member {
			take(s.Durations.Max, s.From, "durations")
		}
		limit, key := s.Constraints.Limit(relation)
		take(limit, s.From, key)
	}
	return out
}

// Stricter returns what both together allow.
func (l GrantLimits) Stricter(o GrantLimits) GrantLimits {
	needs := l.NeedsReason || o.NeedsReason
	if o.Greatest < l.Greatest {
		l = o
	}
	l.NeedsReason = needs
	return l
}
