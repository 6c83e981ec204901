package sallyport

import (
	"fmt"
	"time"
)

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

// Constraints are the keys of domain rule 16. The zero value constrains nothing.
type Constraints struct {
	MemberTimeLimit     Duration `json:"member_time_limit,omitempty"`
	OwnerTimeLimit      Duration `json:"owner_time_limit,omitempty"`
	RequireMemberReason bool     `json:"require_member_reason,omitempty"`
	RequireOwnerReason  bool     `json:"require_owner_reason,omitempty"`
	ForbidSelfMember    bool     `json:"disallow_self_add_membership,omitempty"`
	ForbidSelfOwner     bool     `json:"disallow_self_add_ownership,omitempty"`
	PropagateToRoles    bool     `json:"propagate_to_roles,omitempty"`
	NoStandingAccess    bool     `json:"no_standing_access,omitempty"`
}

// Combine returns what both together demand: the strictest limit, and every rule of either.
func (c Constraints) Combine(o Constraints) Constraints {
	strictest := func(a, b Duration) Duration {
		if a == 0 || (b > 0 && b < a) {
			return b
		}
		return a
	}
	return Constraints{
		MemberTimeLimit:     strictest(c.MemberTimeLimit, o.MemberTimeLimit),
		OwnerTimeLimit:      strictest(c.OwnerTimeLimit, o.OwnerTimeLimit),
		RequireMemberReason: c.RequireMemberReason || o.RequireMemberReason,
		RequireOwnerReason:  c.RequireOwnerReason || o.RequireOwnerReason,
		ForbidSelfMember:    c.ForbidSelfMember || o.ForbidSelfMember,
		ForbidSelfOwner:     c.ForbidSelfOwner || o.ForbidSelfOwner,
		PropagateToRoles:    c.PropagateToRoles || o.PropagateToRoles,
		NoStandingAccess:    c.NoStandingAccess || o.NoStandingAccess,
	}
}

// Check refuses time limits under an hour.
func (c Constraints) Check(path string) []Fault {
	var faults []Fault
	for name, d := range map[string]Duration{"member_time_limit": c.MemberTimeLimit, "owner_time_limit": c.OwnerTimeLimit} {
		if d != 0 && (d < Duration(time.Hour) || d > MaxDuration) {
			faults = append(faults, Fault{path + "." + name, fmt.Sprintf("%s is out of range; use PT1H to P3650D", d)})
		}
	}
	return faults
}
