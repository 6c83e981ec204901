package sallyport

import (
	"encoding/json"
	"time"
)

// Interval is one stretch of time in which somebody had, has or was to have something, and why it began and ended. By
// role, it is the intersection of a membership and of what the role held: given by whichever began later, ended by
// whichever ended first.
type Interval struct {
	ID                string          `json:"id" doc:"The grant; by role, the membership, a dot and the role's grant"`
	Via               string          `json:"via" enum:"direct,role"`
	GrantID           string          `json:"grant_id"`
	MembershipGrantID string          `json:"membership_grant_id,omitempty"`
	Role              *ResourceRef    `json:"role,omitempty"`
	Subject           Subject         `json:"subject"`
	Title             string          `json:"title,omitempty" doc:"The person's, as of today"`
	Department        string          `json:"department,omitempty" doc:"The person's, as of today"`
	Resource          ResourceRef     `json:"resource"`
	App               *ResourceRef    `json:"app,omitempty"`
	Removed           bool            `json:"removed,omitempty" doc:"The resource is no longer in the catalogue"`
	Relation          Relation        `json:"relation" enum:"member,owner"`
	Parameters        json.RawMessage `json:"parameters,omitempty"`
	Origin            Origin          `json:"origin" enum:"given,import,policy,break_glass"`
	ReasonKind        string          `json:"reason_kind" enum:"request,direct,import,policy,break_glass,bootstrap"`
	Reason            string          `json:"reason,omitempty"`
	State             IntervalState   `json:"state" enum:"scheduled,granting,active,revoking,ended,never" doc:"Revoking: over since ended_at, and still being removed from the target"`
	StartedAt         time.Time       `json:"started_at"`
	GivenBy           *UserRef        `json:"given_by,omitempty" doc:"Absent: Sallyport itself"`
	RequestID         string          `json:"request_id,omitempty"`
	Requester         *UserRef        `json:"requester,omitempty"`
	DecidedAt         *time.Time      `json:"decided_at,omitempty"`
	DecidedBy         *UserRef        `json:"decided_by,omitempty"`
	Approvals         []Approval      `json:"approvals,omitempty"`
	EndsAt            *time.Time      `json:"ends_at,omitempty" doc:"When it was to end"`
	NoEnd             bool            `json:"no_end,omitempty"`
	EndedAt           *time.Time      `json:"ended_at,omitempty"`
	EndedBy           *UserRef        `json:"ended_by,omitempty" doc:"Absent: Sallyport itself"`
	EndedReason       string          `json:"ended_reason,omitempty"`
}

// IntervalState says where an interval stands at the time of the answer.
type IntervalState string

// The states of an interval. Revoking is one that is over while its access is not yet known to be gone from the target
// (domain rule 6); never is one that ended before the access was real.
const (
	IntervalScheduled IntervalState = "scheduled"
	IntervalGranting  IntervalState = "granting"
	IntervalActive    IntervalState = "active"
	IntervalRevoking  IntervalState = "revoking"
	IntervalEnded     IntervalState = "ended"
	IntervalNever     IntervalState = "never"
)

// Approval is one vote on a request, as a report shows it.
type Approval struct {
	By         UserRef   `json:"by"`
	OnBehalfOf *UserRef  `json:"on_behalf_of,omitempty"`
	Vote       string    `json:"vote" enum:"approve,deny"`
	Comment    string    `json:"comment,omitempty"`
	At         time.Time `json:"at"`
}

// Leaver is one leaving of a person, with what became of what they held.
type Leaver struct {
	User       User       `json:"user"`
	LeftAt     time.Time  `json:"left_at"`
	ReturnedAt *time.Time `json:"returned_at,omitempty"`
	Held       int        `json:"held" doc:"Grants of theirs that lived when they left"`
	EndedAt    *time.Time `json:"ended_at,omitempty" doc:"When the last of those grants ended"`
	RemovedAt  *time.Time `json:"removed_at,omitempty" doc:"When a read-back last found that something was gone from a target"`
	Open       int        `json:"open" doc:"Places where the access is still being removed, or grants that have not ended; of who came back, the places where that began before"`
}

// The words for what became of a leaver's access.
const (
	RemovalDone     = "done"
	RemovalOpen     = "open"     // of people who came back too: what they had before is still there
	RemovalReturned = "returned" // they came back, and what they have now they were given since
)

// Removal says in one of those words what became of their access.
func (l Leaver) Removal() string {
	switch {
	case l.Open > 0:
		return RemovalOpen
	case l.ReturnedAt != nil:
		return RemovalReturned
	}
	return RemovalDone
}

// GoneAt is when the last of a leaver's access was gone, verified where there is a target; nil while anything is open, and
// of people who came back unless a removal was verified before. Somebody who held nothing was done the moment they left.
func (l Leaver) GoneAt() *time.Time {
	switch l.Removal() {
	case RemovalOpen:
		return nil
	case RemovalReturned:
		return l.RemovedAt
	}
	gone := l.LeftAt
	for _, t := range []*time.Time{l.EndedAt, l.RemovedAt} {
		if t != nil && t.After(gone) {
			gone = *t
		}
	}
	return &gone
}

// Figure is a number of the evidence: how many rows of a file have the value in the column; column "" is all rows.
type Figure struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Count  int    `json:"count"`
	File   string `json:"file" doc:"The file of the pack that it counts"`
	Column string `json:"column,omitempty"`
	Value  string `json:"value,omitempty"`
	Link   string `json:"link" doc:"The page that shows the same rows"`
}
