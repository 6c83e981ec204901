package sallyport

// NewResource is a resource as submitted. Without flow, form or durations it gets the default chain, no form and any
// length.
type NewResource struct {
	Kind        Kind        `json:"kind" enum:"app,entitlement,group,role,work_order"`
	App         string      `json:"app,omitempty" doc:"The app of an entitlement: id or slug"`
	Slug        string      `json:"slug,omitempty" doc:"Default: made from the name"`
	Name        string      `json:"name"`
	Description string      `json:"description,omitempty"`
	Physical    bool        `json:"physical,omitempty"`
	Form        *Form       `json:"form,omitempty"`
	Flow        *Flow       `json:"flow,omitempty"`
	Fulfilment  *Fulfilment `json:"fulfilment,omitempty"`
	Revocation  *Fulfilment `json:"revocation,omitempty"`
	Durations   *Durations  `json:"durations,omitempty"`
	Audience    string      `json:"audience,omitempty" doc:"The group that may find, see and request it: id or slug"`
	Tags        []string    `json:"tags,omitempty"`
	Owners      []string    `json:"owners,omitempty" doc:"Users, who become owners without end"`
	Reason      string      `json:"reason,omitempty" maxLength:"2000" doc:"Why they own it; kept with what they are given. Needed where a tag demands a reason of owners"`

	Entitlements []NewPart `json:"entitlements,omitempty" maxItems:"50" doc:"Of an app: what it begins with. All is made, or nothing"`
}

// ResourcePatch changes the fields that are set. An empty flow means the default chain again, an empty revocation
// "as it was fulfilled", an empty audience everyone. Owners and tags replace the whole list. What an owner writes as flow
// carries owners_edit, since only admins and catalogue managers take that away.
type ResourcePatch struct {
	Slug        *string     `json:"slug,omitempty"`
	Name        *string     `json:"name,omitempty"`
	Description *string     `json:"description,omitempty"`
	Physical    *bool       `json:"physical,omitempty"`
	Form        *Form       `json:"form,omitempty"`
	Flow        *Flow       `json:"flow,omitempty"`
	Fulfilment  *Fulfilment `json:"fulfilment,omitempty"`
	Revocation  *Fulfilment `json:"revocation,omitempty"`
	Durations   *Durations  `json:"durations,omitempty"`
	Audience    *string     `json:"audience,omitempty"`
	Tags        *[]string   `json:"tags,omitempty"`
	Owners      *[]string   `json:"owners,omitempty"`
	Accept      bool        `json:"accept,omitempty" doc:"Also when its tags cut many grants; by an admin who saw how many"`
	Reason      string      `json:"reason,omitempty" maxLength:"2000" doc:"Why the owners change; kept with what new owners are given. Needed where a tag demands a reason of owners"`
}

// What a plan does to an item.
const (
	PlanCreate = "create"
	PlanChange = "change"
	PlanRemove = "remove"
	PlanLeave  = "leave"
	PlanReturn = "return"
	PlanAdd    = "add"
	PlanEnd    = "end"

	PlanConvert = "convert" // it becomes another kind of thing, and stays the same one
)

// Plan is what a catalogue in files, a directory or a target would change. Items may be cut; the counts are of all.
type Plan struct {
	Items    []PlanItem     `json:"items"`
	Creates  int            `json:"creates"`
	Changes  int            `json:"changes"`
	Removes  int            `json:"removes"`
	Same     int            `json:"unchanged"`
	Counts   map[string]int `json:"counts,omitempty" doc:"By action and kind, e.g. leave person: 3"`
	Faults   []Fault        `json:"faults,omitempty" doc:"What is wrong in the source; what it concerns is left out"`
	Warnings []string       `json:"warnings,omitempty"`
	Refused  string         `json:"refused,omitempty" doc:"Why it is not applied without an explicit word: it removes suspiciously much"`
	Hash     string         `json:"hash,omitempty" doc:"Send it with apply, so that nothing else is applied than what was shown"`
	Cut      int            `json:"cut,omitempty" doc:"How many items are not in the list"`
}

// PlanItem is one change of a plan.
type PlanItem struct {
	Action string        `json:"action" enum:"create,change,convert,remove,leave,return,add,end"`
	Kind   string        `json:"kind" doc:"app, entitlement, group, role, work_order, connection, tag, holiday, creation_rule (who decides about new things), gives (what a role gives), person, membership or holding"`
	Slug   string        `json:"slug"`
	Name   string        `json:"name,omitempty"`
	Detail string        `json:"detail,omitempty"`
	Fields []FieldChange `json:"fields,omitempty"`
}

// FieldChange is one field before and after, as text.
type FieldChange struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Empty reports whether there is nothing to do.
func (p Plan) Empty() bool { return p.Creates == 0 && p.Changes == 0 && p.Removes == 0 }

// Add puts an item into the plan and counts it.
func (p *Plan) Add(it PlanItem) {
	switch it.Action {
	case PlanCreate, PlanAdd, PlanReturn:
		p.Creates++
	case PlanChange, PlanConvert:
		p.Changes++
	default:
		p.Removes++
	}
	if p.Counts == nil {
		p.Counts = map[string]int{}
	}
	p.Counts[it.Action+" "+it.Kind]++
	p.Items = append(p.Items, it)
}

// Head returns the plan with at most n items.
func (p Plan) Head(n int) Plan {
	if len(p.Items) > n {
		p.Cut += len(p.Items) - n
		p.Items = p.Items[:n]
	}
	return p
}

// Join adds another plan to this one.
func (p *Plan) Join(o Plan) {
	for _, it := range o.Items {
		p.Add(it)
	}
	p.Same += o.Same
	p.Faults = append(p.Faults, o.Faults...)
	p.Warnings = append(p.Warnings, o.Warnings...)
	if p.Refused == "" {
		p.Refused = o.Refused
	} else if o.Refused != "" {
		p.Refused += "; " + o.Refused
	}
}
