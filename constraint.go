package sallyport

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Constraint is a key by which a tag demands something. All that is known of it is here: how values of several tags come
// together, what it refuses, what it limits, and what forms, the command line and people call it. Nothing else names it.
// Another one is another file like those named after the keys.
type Constraint struct {
	Key      string         `json:"key" doc:"The name in a tag's constraints"`
	Kind     ConstraintKind `json:"kind" enum:"length,yes" doc:"length: a duration; yes: true"`
	Relation Relation       `json:"relation,omitempty" enum:"member,owner" doc:"Whom it concerns; absent: both"`
	Title    string         `json:"title" doc:"Of a form's field"`
	Help     string         `json:"help,omitempty"`
	Says     string         `json:"says" doc:"What it demands, in words; {} stands for the length"`
	Flag     string         `json:"flag" doc:"Of sallyport tag set"`

	// Merge says what two values demand together. Values are a Duration or true.
	Merge func(a, b any) any `json:"-"`
	// Check refuses values that make no sense; nil takes all.
	Check func(v any) error `json:"-"`
	// Limit is the greatest length that a value allows; nil for what limits none.
	Limit func(v any) Duration `json:"-"`
	// Refuse says why somebody may not gain something so, and what to do; "" for nothing against it. nil refuses nothing.
	Refuse func(v any, g Gain) (message, hint string) `json:"-"`

	MustEnd     bool `json:"-"` // access has an end, whichever
	NeedsReason bool `json:"-"`
	Propagates  bool `json:"-"` // what limits lengths and demands ends also holds for who comes into a role that gives the thing
	NotSelf     bool `json:"-"` // nobody gives it to themselves
	Through     bool `json:"-"` // holds for who comes into such a role, without anything that propagates it

	AsMember string `json:"-"` // the key that says the same of members; empty for what says it itself
}

// ConstraintKind says what values a constraint has.
type ConstraintKind string

// The kinds of values.
const (
	ConstraintLength ConstraintKind = "length"
	ConstraintYes    ConstraintKind = "yes"
)

// Gain is that somebody is to have something: what constraints are held against.
type Gain struct {
	Resource string // its name
	Relation Relation
	Length   Duration
	NoEnd    bool
	Reason   string
	Self     bool // they give it to themselves
}

// keys are all constraints, in the order in which people see them: that of place.
var (
	keys  []Constraint
	place []int
)

// demand makes a constraint known, at a place among the others: of the file of each, before anything runs.
func demand(at int, k Constraint) Constraint {
	i, taken := slices.BinarySearch(place, at)
	if taken {
		panic("two constraints have the place " + fmt.Sprint(at))
	}
	keys, place = slices.Insert(keys, i, k), slices.Insert(place, i, at)
	return k
}

// ConstraintKeys lists all constraints, in the order in which people see them.
func ConstraintKeys() []Constraint { return append([]Constraint(nil), keys...) }

// ConstraintOf finds a constraint by its key.
func ConstraintOf(key string) (Constraint, bool) {
	for _, k := range keys {
		if k.Key == key {
			return k, true
		}
	}
	return Constraint{}, false
}

// Words is what a value demands, to people.
func (k Constraint) Words(v any) string {
	if d, ok := v.(Duration); ok {
		return strings.ReplaceAll(k.Says, "{}", d.Words())
	}
	return k.Says
}

func (k Constraint) concerns(r Relation) bool { return k.Relation == "" || k.Relation == r }

// OfMembers is the constraint that says the same of members.
func (k Constraint) OfMembers() Constraint {
	if m, ok := ConstraintOf(k.AsMember); ok {
		return m
	}
	return k
}

// either: what one tag demands is demanded.
func either(_, _ any) any { return true }

// timeLimit is a constraint on the length of a relation. The strictest wins.
func timeLimit(k Constraint) Constraint {
	k.Kind = ConstraintLength
	k.Merge = func(a, b any) any { return min(a.(Duration), b.(Duration)) }
	k.Check = func(v any) error {
		if d := v.(Duration); d < shortestLimit || d > MaxDuration {
			return fmt.Errorf("%s is out of range; use PT1H to P3650D", d)
		}
		return nil
	}
	k.Limit = func(v any) Duration { return v.(Duration) }
	k.Refuse = func(v any, g Gain) (string, string) {
		limit := v.(Duration)
		if !g.NoEnd && g.Length <= limit {
			return "", ""
		}
		return fmt.Sprintf("%s may be had for at most %s (%s)", g.Resource, limit.Words(), limit), "Ask for " + limit.String() + " or less; it can be extended before it ends."
	}
	return k
}

// shortestLimit is the least that a tag may limit lengths to.
const shortestLimit = Duration(60 * 60 * 1e9)

// needsReason is a constraint that a relation is given with a reason. What shows nothing is none.
func needsReason(k Constraint) Constraint {
	k.Kind, k.Merge, k.NeedsReason, k.Through = ConstraintYes, either, true, true
	k.Refuse = func(_ any, g Gain) (string, string) {
		if !Blank(g.Reason) {
			return "", ""
		}
		return g.Resource + " needs a reason", "Say what it is for; approvers read this first."
	}
	return k
}

// notSelf is a constraint that nobody makes themselves something.
func notSelf(k Constraint, what string) Constraint {
	k.Kind, k.Merge, k.NotSelf, k.Through = ConstraintYes, either, true, true
	k.Refuse = func(_ any, g Gain) (string, string) {
		if !g.Self {
			return "", ""
		}
		return "nobody makes themselves " + what + " of " + g.Resource, "Ask another owner to add you, or file a request."
	}
	return k
}

// constraintFields is a struct with a field for each key, by whose means constraints are read, in JSON and YAML, and
// described.
var constraintFields = sync.OnceValue(func() reflect.Type {
	fields := make([]reflect.StructField, len(keys))
	for i, k := range keys {
		t := reflect.TypeFor[bool]()
		if k.Kind == ConstraintLength {
			t = reflect.TypeFor[Duration]()
		}
		fields[i] = reflect.StructField{Name: fmt.Sprint("Field", i), Type: t, Tag: reflect.StructTag(`json:"` + k.Key + `,omitempty"`)}
	}
	return reflect.StructOf(fields)
})

// ConstraintFields is a struct type with a field for each key, named in its json tag; see Constraints.Take.
func ConstraintFields() reflect.Type { return constraintFields() }

// Take reads the constraints from a value of the type ConstraintFields. What is zero is not demanded.
func (c *Constraints) Take(fields reflect.Value) {
	*c = Constraints{}
	for i, k := range keys {
		if f := fields.Field(i); !f.IsZero() {
			(*c)[k.Key] = f.Interface()
		}
	}
}

// UnmarshalJSON refuses unknown keys and values of another type.
func (c *Constraints) UnmarshalJSON(b []byte) error {
	fields := reflect.New(constraintFields())
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(fields.Interface()); err != nil {
		return errors.New("constraints: " + strings.TrimPrefix(err.Error(), "json: "))
	}
	c.Take(fields.Elem())
	return nil
}

// MarshalJSON writes an object, {} for no constraints.
func (c Constraints) MarshalJSON() ([]byte, error) {
	if c == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(map[string]any(c))
}
