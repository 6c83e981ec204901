package sallyport

import (
	"slices"
	"strings"
	"time"
)

// CreatableKinds are the kinds of resource that anybody may ask to be made.
var CreatableKinds = []Kind{KindApp, KindEntitlement, KindGroup, KindRole}

// NewThing is what a request of kind create asks to be made, as submitted or as an approver edits it. Kept forms have ids
// in the place of names.
type NewThing struct {
	Kind         Kind       `json:"kind" enum:"app,entitlement,group,role"`
	App          string     `json:"app,omitempty" maxLength:"256" doc:"Of an entitlement: its app, by id or slug"`
	Slug         string     `json:"slug,omitempty" maxLength:"200" doc:"Default: made from the name"`
	Name         string     `json:"name" maxLength:"400"`
	Description  string     `json:"description,omitempty" maxLength:"8000"`
	Audience     *string    `json:"audience,omitempty" maxLength:"256" doc:"The group that may find, see and request it: id or slug; empty for everyone. Left out: everyone, and in an edit as it was"`
	Owners       []string   `json:"owners,omitempty" maxItems:"50" doc:"Users. Default: the requester; of an entitlement nobody but the owners of its app"`
	Members      []string   `json:"members,omitempty" maxItems:"200" doc:"Users who have it from the start"`
	MembersFor   *Duration  `json:"members_for,omitempty" doc:"How long; default: without end, or as long as its limits allow"`
	Tags         []string   `json:"tags,omitempty" maxItems:"50"`
	Entitlements []NewPart  `json:"entitlements,omitempty" maxItems:"50" doc:"Of an app: what it begins with"`
	Gives        []RoleItem `json:"gives,omitempty" maxItems:"100" doc:"Of a role: what its members get. Where the approver has no say over a thing, its own approvers are asked once the role is there"`
}

// NewPart is an entitlement that a new app begins with.
type NewPart struct {
	Slug        string `json:"slug,omitempty" maxLength:"200" doc:"Default: made from the name"`
	Name        string `json:"name" maxLength:"400"`
	Description string `json:"description,omitempty" maxLength:"8000"`
}

// Thing is a NewThing with what it names.
type Thing struct {
	Kind         Kind         `json:"kind" enum:"app,entitlement,group,role"`
	App          *ResourceRef `json:"app,omitempty"`
	Slug         string       `json:"slug"`
	Name         string       `json:"name"`
	Description  string       `json:"description,omitempty"`
	Audience     *ResourceRef `json:"audience,omitempty" doc:"The group that may find, see and request it; absent: everyone"`
	Owners       []UserRef    `json:"owners"`
	Members      []UserRef    `json:"members"`
	MembersFor   *Duration    `json:"members_for,omitempty"`
	Tags         []string     `json:"tags"`
	Entitlements []NewPart    `json:"entitlements"`
	Gives        []Given      `json:"gives"`
	Hidden       int          `json:"hidden,omitempty" doc:"How much of what it gives is for others only, and not listed"`
}

// Given is something that a new role is to give. Without a duration it has no end.
type Given struct {
	Resource ResourceRef `json:"resource"`
	Relation Relation    `json:"relation" enum:"member,owner"`
	Duration *Duration   `json:"duration,omitempty"`
}

// Creation is what a request of kind create is about: the form as it was asked, the form as it was decided, and what was
// made.
type Creation struct {
	Asked    Thing          `json:"asked"`
	Decided  *Thing         `json:"decided,omitempty" doc:"As an approver edited it; absent: as it was asked"`
	Changes  []FieldChange  `json:"changes,omitempty" doc:"What the approver changed, field by field"`
	EditedBy *UserRef       `json:"edited_by,omitempty"`
	EditedAt *time.Time     `json:"edited_at,omitempty"`
	Made     *ResourceRef   `json:"made,omitempty" doc:"What was made"`
	Filed    []FiledRequest `json:"filed,omitempty" doc:"What a new role is to give and others decide about: requests of their own"`
	Forms    [2]NewThing    `json:"-"` // as asked and as it is now, by ids
}

// FiledRequest is a request that followed from another.
type FiledRequest struct {
	ID       string       `json:"id"`
	State    RequestState `json:"state" enum:"pending,approved,denied,cancelled,expired,superseded,failed"`
	Resource ResourceRef  `json:"resource"`
}

// CreationRule says who decides about new things of a kind.
type CreationRule struct {
	Kind    Kind `json:"kind" enum:"app,group,role"`
	Flow    Flow `json:"flow"`
	Default bool `json:"default" doc:"The admins have not said, so they decide themselves"`
}

// Now is the form as it would be made now.
func (c *Creation) Now() *Thing {
	if c.Decided != nil {
		return c.Decided
	}
	return &c.Asked
}

// Form is Now by ids.
func (c *Creation) Form() NewThing { return c.Forms[1] }

// DefaultCreationFlow decides about a new thing where nobody has said otherwise: about an entitlement the owners of its
// app, about the rest the admins.
func DefaultCreationFlow(k Kind) Flow {
	if k == KindEntitlement {
		return Flow{Stages: []StageSpec{{Name: "Owners of the app", Approvers: []string{ExprOwners}, Rule: "any"}}}
	}
	return Flow{Stages: []StageSpec{{Name: "Admins", Approvers: []string{ExprAdmins}, Rule: "any"}}}
}

// About is what a request is for, in words: the resource's name, or "the new app Figma".
func (r Request) About() string {
	if r.Create == nil || r.Create.Made != nil {
		return r.Resource.Name
	}
	t := r.Create.Now()
	kind := string(t.Kind)
	if t.Kind == KindEntitlement && t.App != nil {
		return "the new access " + t.Name + " of " + t.App.Name
	}
	return "the new " + kind + " " + t.Name
}

// Concerns reports whether a request is a person's own, so that they do not decide it (domain rule 8): who asks, for whom
// it is, and whoever would be a member of what is made.
func (r Request) Concerns(userID string) bool {
	return r.Requester.ID == userID || r.Beneficiary.IsUser(userID) || r.Create != nil && slices.Contains(r.Create.Form().Members, userID)
}

// Beyond is what an edited form gives beyond the one before it. Less is not listed.
type Beyond struct {
	Owners, Members, Tags, Parts []string
	Gives                        []RoleItem
	Longer                       bool // memberships
	Audience                     bool // others may find it: everyone, or another group
}

// Empty reports whether the edit only renames, describes or takes away.
func (b Beyond) Empty() bool {
	return len(b.Owners)+len(b.Members)+len(b.Tags)+len(b.Parts)+len(b.Gives) == 0 && !b.Longer && !b.Audience
}

// Beyond compares two kept forms, both with ids.
func (n NewThing) Beyond(before NewThing) Beyond {
	more := func(now, was []string) (out []string) {
		for _, v := range now {
			if !slices.Contains(was, v) {
				out = append(out, v)
			}
		}
		return out
	}
	b := Beyond{Owners: more(n.Owners, before.Owners), Members: more(n.Members, before.Members), Tags: more(n.Tags, before.Tags),
		Audience: before.AudienceID() != "" && n.AudienceID() != before.AudienceID()}
	if len(n.Members) > 0 && len(before.Members) > 0 {
		b.Longer = longer(n.MembersFor, before.MembersFor)
	}
	for _, p := range n.Entitlements {
		if !slices.ContainsFunc(before.Entitlements, func(o NewPart) bool { return o.Slug == p.Slug }) {
			b.Parts = append(b.Parts, p.Slug)
		}
	}
	for _, g := range n.Gives {
		if !slices.ContainsFunc(before.Gives, func(o RoleItem) bool {
			return o.Resource == g.Resource && o.Relation == g.Relation && !longer(g.Duration, o.Duration)
		}) {
			b.Gives = append(b.Gives, g)
		}
	}
	return b
}

// AudienceID is the audience of a kept form; "" for everyone.
func (n NewThing) AudienceID() string {
	if n.Audience == nil {
		return ""
	}
	return *n.Audience
}

// longer compares lengths where none is without end.
func longer(a, b *Duration) bool {
	if b == nil {
		return false
	}
	return a == nil || *a > *b
}

// Draft is the form to edit, by slugs, logins and names.
func (t Thing) Draft() NewThing {
	n := NewThing{Kind: t.Kind, Slug: t.Slug, Name: t.Name, Description: t.Description, MembersFor: t.MembersFor, Tags: t.Tags, Entitlements: t.Entitlements}
	if t.App != nil {
		n.App = t.App.Slug
	}
	if t.Audience != nil {
		n.Audience = &t.Audience.Slug
	}
	for _, u := range t.Owners {
		n.Owners = append(n.Owners, u.Login)
	}
	for _, u := range t.Members {
		n.Members = append(n.Members, u.Login)
	}
	for _, g := range t.Gives {
		n.Gives = append(n.Gives, RoleItem{Resource: g.Resource.Slug, Relation: g.Relation, Duration: g.Duration})
	}
	return n
}

// Changes lists what differs between two forms, field by field, as people read it.
func (t Thing) Changes(to Thing) []FieldChange {
	var out []FieldChange
	after := to.fields()
	for i, f := range t.fields() {
		if f[1] != after[i][1] {
			out = append(out, FieldChange{Field: f[0], Before: f[1], After: after[i][1]})
		}
	}
	return out
}

func (t Thing) fields() [][2]string {
	people := func(list []UserRef) string {
		names := make([]string, len(list))
		for i, u := range list {
			names[i] = u.Name
		}
		return strings.Join(names, ", ")
	}
	length, audience := "", ""
	if t.Audience != nil {
		audience = t.Audience.Name
	}
	if t.MembersFor != nil {
		length = t.MembersFor.Words()
	}
	var parts, gives []string
	for _, p := range t.Entitlements {
		parts = append(parts, strings.TrimSpace(p.Name+" ("+p.Slug+") "+p.Description))
	}
	for _, g := range t.Gives {
		s := g.Resource.Name
		if g.Relation == Owner {
			s += " as owner"
		}
		if g.Duration != nil {
			s += " for " + g.Duration.Words()
		}
		gives = append(gives, s)
	}
	return [][2]string{{"name", t.Name}, {"slug", t.Slug}, {"description", t.Description}, {"audience", audience}, {"owners", people(t.Owners)}, {"members", people(t.Members)},
		{"members_for", length}, {"tags", strings.Join(t.Tags, ", ")}, {"entitlements", strings.Join(parts, ", ")}, {"gives", strings.Join(gives, ", ")}}
}
