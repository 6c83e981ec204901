package sallyport

import "time"

// Why a resource is an orphan.
const (
	OrphanNobody     = "nobody"
	OrphanOnlyMember = "only_member"
)

// Orphan is a resource that nobody can be expected to look after.
type Orphan struct {
	Resource    ResourceRef  `json:"resource"`
	App         *ResourceRef `json:"app,omitempty"`
	Why         string       `json:"why" enum:"nobody,only_member" doc:"nobody: nobody owns it, nor its app; only_member: its only owner is its only member, and nobody else owns its app. Who owns or has it by a role counts"`
	Owner       *UserRef     `json:"owner,omitempty" doc:"Who owns it, or owned it last; where nobody ever did, its app"`
	OwnedUntil  *time.Time   `json:"owned_until,omitempty" doc:"When that ended"`
	EndedReason string       `json:"ended_reason,omitempty" doc:"And why, e.g. that the person left"`
	Suggested   *UserRef     `json:"suggested,omitempty" doc:"Who could own it: the manager of that owner"`
	Members     int          `json:"members" doc:"How many people have it directly; one where its owner is its only member"`
}
