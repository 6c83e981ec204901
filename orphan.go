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
	Why         string       `json:"why" enum:"nobody,only_member" doc:"nobody: nobody owns it, nor its app; only_member: its only owner is its only member"`
	Owner       *UserRef     `json:"owner,omitempty" doc:"Who owns it, or owned it last"`
	OwnedUntil  *time.Time   `json:"owned_until,omitempty" doc:"When that ended"`
	EndedReason string       `json:"ended_reason,omitempty" doc:"And why, e.g. that the person left"`
	Suggested   *UserRef     `json:"suggested,omitempty" doc:"Who could own it: the manager of the last owner, else an owner of its app"`
	Members     int          `json:"members" doc:"How many people have it directly"`
}
