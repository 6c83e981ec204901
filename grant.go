package sallyport

import (
	"encoding/json"
	"time"
)

// Origin groups the reasons behind grants; one living grant per key and origin (domain rule 2).
type Origin string

// The origins. Given covers requests and direct adds.
const (
	OriginGiven      Origin = "given"
	OriginImport     Origin = "import"
	OriginPolicy     Origin = "policy"
	OriginBreakGlass Origin = "break_glass"
)

// GrantState is derived from a grant's times and its provision; it is not stored.
type GrantState string

// The states of a grant.
const (
	GrantScheduled GrantState = "scheduled"
	GrantGranting  GrantState = "granting"
	GrantActive    GrantState = "active"
	GrantRevoking  GrantState = "revoking"
	GrantEnded     GrantState = "ended"
	GrantFailing   GrantState = "failing"
)

// Grant is the fact that a subject holds a relation to a resource over [StartsAt, EndsAt), and why.
type Grant struct {
	ID           string          `json:"id"`
	Subject      Subject         `json:"subject"`
	Resource     ResourceRef     `json:"resource"`
	Relation     Relation        `json:"relation" enum:"member,owner"`
	Parameters   json.RawMessage `json:"parameters"`
	Origin       Origin          `json:"origin" enum:"given,import,policy,break_glass"`
	ReasonKind   string          `json:"reason_kind" enum:"request,direct,import,policy,break_glass,bootstrap"`
	Reason       string          `json:"reason,omitempty"`
	RequestID    string          `json:"request_id,omitempty"`
	State        GrantState      `json:"state" enum:"scheduled,granting,active,revoking,ended,failing"`
	StartsAt     time.Time       `json:"starts_at"`
	EndsAt       *time.Time      `json:"ends_at,omitempty" doc:"Absent with no_end false: not yet real, so the end is not yet known"`
	NoEnd        bool            `json:"no_end,omitempty"`
	Duration     *Duration       `json:"duration,omitempty" doc:"Counts from activation"`
	ActivatedAt  *time.Time      `json:"activated_at,omitempty"`
	EndedAt      *time.Time      `json:"ended_at,omitempty"`
	EndedBy      *UserRef        `json:"ended_by,omitempty"`
	EndedReason  string          `json:"ended_reason,omitempty"`
	CreatedBy    *UserRef        `json:"created_by,omitempty"`
	CreatedAt    time.Time       `json:"created_at"`
	Provisioning *Provisioning   `json:"provisioning,omitempty"`
	MayEnd       bool            `json:"may_end,omitempty"`
	MayExtend    bool            `json:"may_extend,omitempty"`
}

// Provisioning says how far the target is.
type Provisioning struct {
	State     ProvisionState `json:"state" enum:"adding,present,removing,absent"`
	Since     time.Time      `json:"since"`
	Attempts  int            `json:"attempts"`
	Error     string         `json:"error,omitempty"`
	FailingAt *time.Time     `json:"failing_since,omitempty"`
	NextAt    *time.Time     `json:"next_attempt_at,omitempty"`
	Verified  *time.Time     `json:"verified_at,omitempty"`
}

// ProvisionState says what the target needs; it never answers who may.
type ProvisionState string

// The states of a provision. Adding and removing are work to do; present and absent were read back.
const (
	ProvisionAdding   ProvisionState = "adding"
	ProvisionPresent  ProvisionState = "present"
	ProvisionRemoving ProvisionState = "removing"
	ProvisionAbsent   ProvisionState = "absent"
)

// Living reports whether the grant is wanted at t: begun, not ended, its end not passed. A grant whose end is not yet
// known because it is not yet real is living.
func (g Grant) Living(t time.Time) bool {
	if g.EndedAt != nil && !g.EndedAt.After(t) || g.StartsAt.After(t) {
		return false
	}
	return g.NoEnd || g.EndsAt == nil || g.EndsAt.After(t)
}

// Holds reports whether the subject holds the access at t: living and activated.
func (g Grant) Holds(t time.Time) bool {
	return g.Living(t) && g.ActivatedAt != nil && (g.NoEnd || g.EndsAt != nil)
}

// StateAt derives the state from the times and the provision, which may be nil where there is no target.
func (g Grant) StateAt(t time.Time, p *Provisioning) GrantState {
	over := (g.EndedAt != nil && !g.EndedAt.After(t)) || (!g.NoEnd && g.EndsAt != nil && !g.EndsAt.After(t))
	switch {
	case over && p != nil && p.State == ProvisionRemoving:
		return GrantRevoking
	case over && p != nil && p.State == ProvisionPresent && g.EndedAt == nil:
		return GrantRevoking
	case over:
		return GrantEnded
	case g.StartsAt.After(t):
		return GrantScheduled
	case g.ActivatedAt == nil && p != nil && p.FailingAt != nil:
		return GrantFailing
	case g.ActivatedAt == nil:
		return GrantGranting
	}
	return GrantActive
}

// Access is what a user holds of one (resource, relation), with every path by which they do.
type Access struct {
	Resource   ResourceRef     `json:"resource"`
	App        *ResourceRef    `json:"app,omitempty"`
	Relation   Relation        `json:"relation" enum:"member,owner"`
	Parameters json.RawMessage `json:"parameters,omitempty"`
	State      GrantState      `json:"state"`
	StartsAt   time.Time       `json:"starts_at" doc:"The earliest start of its paths"`
	EndsAt     *time.Time      `json:"ends_at,omitempty" doc:"The latest end of its paths; absent: no end"`
	Paths      []Path          `json:"paths"`
	User       *UserRef        `json:"user,omitempty" doc:"Set in lists of holders"`
}

// Path is one reason for which somebody holds something. By role, GrantID is the role's grant on the resource and
// MembershipGrantID the person's grant in the role; the times are their intersection.
type Path struct {
	Via               string       `json:"via" enum:"direct,role"`
	GrantID           string       `json:"grant_id"`
	MembershipGrantID string       `json:"membership_grant_id,omitempty"`
	Role              *ResourceRef `json:"role,omitempty"`
	StartsAt          time.Time    `json:"starts_at"`
	EndsAt            *time.Time   `json:"ends_at,omitempty"`
	Origin            Origin       `json:"origin"`
	Reason            string       `json:"reason,omitempty"`
	RequestID         string       `json:"request_id,omitempty"`
	State             GrantState   `json:"state,omitempty"`
}

// Give is a direct add as submitted. One of Duration, Until and NoEnd is needed.
type Give struct {
	Subject    string          `json:"subject" doc:"user:LOGIN-or-id or role:SLUG-or-id; a bare value is a user"`
	Resource   string          `json:"resource"`
	Relation   Relation        `json:"relation,omitempty" enum:"member,owner"`
	Duration   *Duration       `json:"duration,omitempty"`
	Until      *time.Time      `json:"until,omitempty"`
	NoEnd      bool            `json:"no_end,omitempty"`
	Reason     string          `json:"reason,omitempty"`
	Replace    bool            `json:"replace,omitempty" doc:"Allow an end earlier than the present one, by who may end it"`
	Accept     bool            `json:"accept,omitempty" doc:"Of a role: also when a tag shortens many of its memberships; by an admin who saw how many"`
	Parameters json.RawMessage `json:"parameters,omitempty"`
}

// ResultItem is one row's outcome of a bulk call.
type ResultItem struct {
	ID     string `json:"id"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	Grant  *Grant `json:"grant,omitempty"`
}
