package sallyport

import "time"

// Tag is a label with constraints.
type Tag struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	Description string      `json:"description,omitempty"`
	Enabled     bool        `json:"enabled"`
	Constraints Constraints `json:"constraints"`
	CreatedAt   time.Time   `json:"created_at"`
	UpdatedAt   time.Time   `json:"updated_at"`
}

// Constraints are what a tag demands, or several together: by key a Duration or true, as the [Constraint] of the key says.
// What is not in it is not demanded; nil demands nothing. It is made as a literal, or read, and not changed after.
type Constraints map[string]any

// Combine returns what both together demand, each key as its Merge says.
func (c Constraints) Combine(o Constraints) Constraints {
	out := Constraints{}
	for _, k := range keys {
		a, one := c[k.Key]
		b, other := o[k.Key]
		switch {
		case one && other:
			out[k.Key] = k.Merge(a, b)
		case one:
			out[k.Key] = a
		case other:
			out[k.Key] = b
		}
	}
	return out
}

// Check refuses values that make no sense.
func (c Constraints) Check(path string) []Fault {
	var faults []Fault
	for _, k := range keys {
		if v, ok := c[k.Key]; ok && k.Check != nil {
			if err := k.Check(v); err != nil {
				faults = append(faults, Fault{path + "." + k.Key, err.Error()})
			}
		}
	}
	return faults
}

// Demand is one constraint that is set.
type Demand struct {
	Constraint
	Value any // a length in ISO 8601, or true
	Words string
}

// Demands lists the constraints that are set, in the order of ConstraintKeys.
func (c Constraints) Demands() []Demand {
	var out []Demand
	for _, k := range keys {
		v, ok := c[k.Key]
		if !ok {
			continue
		}
		d := Demand{k, v, k.Words(v)}
		if length, ok := v.(Duration); ok {
			d.Value = length.String()
		}
		out = append(out, d)
	}
	return out
}

// set lists the constraints that are set and concern a relation.
func (c Constraints) set(r Relation) (out []Constraint) {
	for _, k := range keys {
		if _, ok := c[k.Key]; ok && k.concerns(r) {
			out = append(out, k)
		}
	}
	return out
}

// Concern reports whether anything is demanded of one relation alone.
func (c Constraints) Concern(r Relation) bool {
	for _, k := range c.set(r) {
		if k.Relation == r {
			return true
		}
	}
	return false
}

// Limit is the greatest length that is allowed for a relation, 0 for any, and the key that says so.
func (c Constraints) Limit(r Relation) (limit Duration, key string) {
	for _, k := range c.set(r) {
		if k.Limit == nil {
			continue
		}
		if d := k.Limit(c[k.Key]); limit == 0 || d < limit {
			limit, key = d, k.Key
		}
	}
	return limit, key
}

func (c Constraints) any(r Relation, is func(Constraint) bool) bool {
	for _, k := range c.set(r) {
		if is(k) {
			return true
		}
	}
	return false
}

// MustEnd reports whether access without an end is refused, whatever the greatest length.
func (c Constraints) MustEnd(r Relation) bool {
	return c.any(r, func(k Constraint) bool { return k.MustEnd })
}

// NeedsReason reports whether a relation is given with a reason only.
func (c Constraints) NeedsReason(r Relation) bool {
	return c.any(r, func(k Constraint) bool { return k.NeedsReason })
}

// NotSelf reports whether nobody may give it to themselves, as one or the other.
func (c Constraints) NotSelf() bool {
	is := func(k Constraint) bool { return k.NotSelf }
	return c.any(Member, is) || c.any(Owner, is)
}

// Propagate reports whether limits on lengths, and that there is an end, hold for memberships of roles that give it too.
func (c Constraints) Propagate() bool {
	for _, k := range keys {
		if _, ok := c[k.Key]; ok && k.Propagates {
			return true
		}
	}
	return false
}

// Through is what holds for who comes into a role that has the thing by a relation: what always does, and the rest where
// something propagates it.
func (c Constraints) Through(r Relation) Constraints {
	out, propagate := Constraints{}, c.Propagate()
	for _, k := range c.set(r) {
		if k.Through || propagate && !k.Propagates {
			out[k.Key] = c[k.Key]
		}
	}
	return out
}

// Refusal is why a constraint refuses something, and what to do.
type Refusal struct{ Key, Message, Hint string }

// Refuse holds a gain against the constraints of its resource and says all that is against it. through says that somebody
// comes into a role that has the resource, in place of having it directly.
func (c Constraints) Refuse(g Gain, through bool) (out []Refusal) {
	if through {
		c = c.Through(g.Relation)
	}
	for _, k := range c.set(g.Relation) {
		if k.Refuse == nil {
			continue
		}
		if message, hint := k.Refuse(c[k.Key], g); message != "" {
			out = append(out, Refusal{k.Key, message, hint})
		}
	}
	return out
}
