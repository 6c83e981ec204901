package sallyport

import "time"

// EventSchema is the number of the form of events written now.
const EventSchema = 1

// Via says by which way somebody acted.
type Via string

// The ways.
const (
	ViaSession Via = "session"
	ViaToken   Via = "token"
	ViaChat    Via = "chat"
	ViaJob     Via = "job"
	ViaCLI     Via = "cli"
)

// Event is one record of the audit log as shown to people. Values are the personal or sensitive values that the caller
// may see and that were not erased.
type Event struct {
	ID         string            `json:"id"`
	Schema     int               `json:"schema"`
	Verb       string            `json:"verb" doc:"Object and past tense, e.g. request.approved"`
	Actor      *UserRef          `json:"actor,omitempty" doc:"Absent: Sallyport itself"`
	Via        Via               `json:"via"`
	OnBehalfOf *UserRef          `json:"on_behalf_of,omitempty"`
	Object     ObjectRef         `json:"object"`
	Cause      string            `json:"cause,omitempty"`
	At         time.Time         `json:"at"`
	Refs       []ObjectRef       `json:"refs,omitempty"`
	Body       map[string]any    `json:"body,omitempty"`
	Values     map[string]string `json:"values,omitempty"`
	Index      *int64            `json:"index,omitempty" doc:"Its place in the log; absent for a moment until it is sequenced"`
}

// ObjectRef names any object by id.
type ObjectRef struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	Slug string `json:"slug,omitempty"`
}

// Actor is who acts, and what they may do as such. It is made by package auth from a session or token, or is System.
type Actor struct {
	Tenant           string
	User             UserRef // zero for Sallyport itself
	Zone             string  // the person's time zone, an IANA name; "" is UTC
	Via              Via
	ViaID            string
	Admin            bool
	Auditor          bool
	CatalogueManager bool
	Scopes           []string // nil: everything the person may; else what the token allows
}

// System is Sallyport acting by itself in a tenant.
func System(tenant string) Actor { return Actor{Tenant: tenant, Via: ViaJob} }

// IsSystem reports whether Sallyport itself acts.
func (a Actor) IsSystem() bool { return a.User.ID == "" }

// ReadsAll reports whether the actor sees everything whatever the audience: admins and auditors.
func (a Actor) ReadsAll() bool { return a.IsSystem() || a.Admin || a.Auditor }
