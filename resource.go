package sallyport

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind is the kind of a resource.
type Kind string

// The kinds of resource; see domain.md.
const (
	KindApp         Kind = "app"
	KindEntitlement Kind = "entitlement"
	KindGroup       Kind = "group"
	KindRole        Kind = "role"
	KindWorkOrder   Kind = "work_order"
)

// Relation is how a subject holds a resource. An owner is not implicitly a member.
type Relation string

// The two independent relations.
const (
	Member Relation = "member"
	Owner  Relation = "owner"
)

// ResourceRef is how any object names a resource.
type ResourceRef struct {
	ID   string `json:"id"`
	Slug string `json:"slug"`
	Name string `json:"name"`
	Kind Kind   `json:"kind" enum:"app,entitlement,group,role,work_order"`
}

// Resource is whatever a person can request and hold.
type Resource struct {
	ID          string       `json:"id"`
	Kind        Kind         `json:"kind" enum:"app,entitlement,group,role,work_order"`
	Slug        string       `json:"slug"`
	Name        string       `json:"name"`
	Description string       `json:"description,omitempty"`
	App         *ResourceRef `json:"app,omitempty" doc:"The app that contains an entitlement"`
	Managed     bool         `json:"managed" doc:"False: fed by the directory's own rules; every change is refused"`
	Physical    bool         `json:"physical,omitempty" doc:"A thing that is handed over and returned at the end"`
	Form        Form         `json:"form"`
	Flow        *Flow        `json:"flow,omitempty" doc:"How requests are decided; absent: the default chain"`
	Fulfilment  Fulfilment   `json:"fulfilment"`
	Revocation  *Fulfilment  `json:"revocation,omitempty" doc:"How access is removed; absent: as it was fulfilled"`
	Durations   Durations    `json:"durations"`
	Audience    *ResourceRef `json:"audience,omitempty" doc:"The group that may find, see and request it; absent: everyone"`
	Connection  string       `json:"connection,omitempty" doc:"The connection it was read from"`
	ExternalID  string       `json:"external_id,omitempty" doc:"Its name in the target"`
	Tags        []string     `json:"tags,omitempty"`
	Owners      []UserRef    `json:"owners,omitempty"`
	Source      string       `json:"source,omitempty" doc:"Who maintains it: catalogue, directory, or empty for the page and API"`
	Version     int          `json:"version"`
	CreatedAt   time.Time    `json:"created_at"`
	UpdatedAt   time.Time    `json:"updated_at"`
	DeletedAt   *time.Time   `json:"deleted_at,omitempty"`
	May         *May         `json:"may,omitempty" doc:"What the caller may do with it; of one resource, not in lists"`
}

// May says what a caller may do with a resource. A call can still be refused: by a rule, or because something changed.
type May struct {
	Edit   bool `json:"edit" doc:"Change it, at least its description, form and durations"`
	Delete bool `json:"delete"`
	Give   bool `json:"give" doc:"Add and extend people directly, without a request"`
	End    bool `json:"end" doc:"End other people's access to it"`
	Tag    bool `json:"tag" doc:"Put tags on it"`

	Fields []string `json:"fields" doc:"What of it a change may set, by the names of the fields"`
}

// Ref names the resource.
func (r Resource) Ref() ResourceRef {
	return ResourceRef{ID: r.ID, Slug: r.Slug, Name: r.Name, Kind: r.Kind}
}

// Durations limits how long a resource may be asked for. The zero value allows any length and no end.
type Durations struct {
	Presets  []Duration `json:"presets,omitempty" doc:"Lengths offered first, ISO 8601"`
	Default  Duration   `json:"default,omitempty"`
	Max      Duration   `json:"max,omitempty" doc:"The longest length; absent: P3650D"`
	ForbidNo bool       `json:"forbid_no_end,omitempty" doc:"Access must have an end"`
}

// Check refuses a length that the resource does not allow, naming the greatest that it does.
func (d Durations) Check(name string, length Duration, noEnd bool) error {
	if noEnd {
		if d.ForbidNo || d.Max > 0 {
			return &Error{Code: EPrecondition, Rule: "durations", Message: "access to " + name + " must have an end",
				Hint: "Ask for " + d.greatest().Words() + " or less."}
		}
		return nil
	}
	if length > d.greatest() {
		return &Error{Code: EPrecondition, Rule: "durations",
			Message: fmt.Sprintf("%s is longer than the %s that %s allows (%s)", length.Words(), d.greatest().Words(), name, d.greatest()),
			Hint:    "Ask for " + d.greatest().Words() + " or less; it can be extended before it ends."}
	}
	return nil
}

func (d Durations) greatest() Duration {
	if d.Max > 0 {
		return d.Max
	}
	return MaxDuration
}

// FulfilmentKind is how a grant becomes real in the target.
type FulfilmentKind string

// FulfilNone: Sallyport is the record. FulfilManual: a task for people. FulfilConnector: code of a connector.
const (
	FulfilNone       FulfilmentKind = "none"
	FulfilManual     FulfilmentKind = "manual"
	FulfilConnector  FulfilmentKind = "connector"
	FulfilAutomation FulfilmentKind = "automation"
)

// Fulfilment says who or what makes access real, or removes it.
type Fulfilment struct {
	Kind       FulfilmentKind `json:"kind" enum:"none,manual,connector,automation"`
	Assignee   string         `json:"assignee,omitempty" doc:"Who gets the task: group:SLUG or user:LOGIN"`
	Connection string         `json:"connection,omitempty" doc:"The connection's slug or id"`
	Target     string         `json:"target,omitempty" doc:"The resource's name in the target, e.g. a group's DN"`
	Due        Duration       `json:"due,omitempty" doc:"How long a task may take; default P2D"`
	Steps      string         `json:"instructions,omitempty" doc:"What the person who fulfils it should do"`
}

// Check validates the form of a fulfilment; whether what it names exists is checked by the catalogue.
func (f Fulfilment) Check(path string) []Fault {
	var faults []Fault
	switch f.Kind {
	case FulfilNone, "":
	case FulfilManual:
		if !strings.HasPrefix(f.Assignee, "group:") && !strings.HasPrefix(f.Assignee, "user:") {
			faults = append(faults, Fault{path + ".assignee", "names nobody; write group:SLUG or user:LOGIN"})
		}
	case FulfilConnector:
		if f.Connection == "" {
			faults = append(faults, Fault{path + ".connection", "is missing; name the connection"})
		}
	case FulfilAutomation:
		faults = append(faults, Fault{path + ".kind", "automation is not available on this server; use none, manual or connector"})
	default:
		faults = append(faults, Fault{path + ".kind", fmt.Sprintf("%q is unknown; use none, manual or connector", f.Kind)})
	}
	if f.Due < 0 {
		faults = append(faults, Fault{path + ".due", "is negative"})
	}
	return faults
}

// Check validates a resource's own fields, and reports every fault at once.
func (r Resource) Check() error {
	var faults []Fault
	add := func(path string, err error) {
		if err != nil {
			faults = append(faults, Fault{path, err.Error()})
		}
	}
	kinds := []Kind{KindApp, KindEntitlement, KindGroup, KindRole, KindWorkOrder}
	if !slices.Contains(kinds, r.Kind) {
		faults = append(faults, Fault{"kind", fmt.Sprintf("%q is unknown; use app, entitlement, group, role or work_order", r.Kind)})
	} else {
		add("slug", CheckSlug(r.Slug, r.Kind))
		if (r.Kind == KindEntitlement) != (r.App != nil) {
			add("app", map[bool]error{true: fmt.Errorf("is missing; an entitlement belongs to one app"),
				false: fmt.Errorf("only an entitlement belongs to an app")}[r.App == nil])
		}
	}
	add("name", CheckName(r.Name))
	if len(r.Description) > MaxText {
		faults = append(faults, Fault{"description", fmt.Sprintf("is longer than %d bytes", MaxText)})
	}
	add("description", CheckText(r.Description, true))
	faults = append(faults, r.Form.Check("form")...)
	if r.Flow != nil {
		faults = append(faults, r.Flow.Check("flow")...)
	}
	faults = append(faults, r.Fulfilment.Check("fulfilment")...)
	if r.Revocation != nil {
		faults = append(faults, r.Revocation.Check("revocation")...)
	}
	faults = append(faults, r.Durations.faults("durations")...)
	return Faults(faults)
}

func (d Durations) faults(path string) []Fault {
	var faults []Fault
	for i, p := range append(slices.Clone(d.Presets), d.Default) {
		at := fmt.Sprintf("%s.presets[%d]", path, i)
		if i == len(d.Presets) {
			at = path + ".default"
		}
		if p < 0 || (p == 0 && i < len(d.Presets)) {
			faults = append(faults, Fault{at, "is no length of time"})
		} else if d.Max > 0 && p > d.Max {
			faults = append(faults, Fault{at, fmt.Sprintf("is longer than the greatest length %s", d.Max)})
		}
	}
	if d.Max < 0 || d.Max > MaxDuration {
		faults = append(faults, Fault{path + ".max", "is out of range; use PT1S to P3650D"})
	}
	return faults
}
