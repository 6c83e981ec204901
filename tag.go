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

// Demand is one constraint that is set, with what it says to people.
type Demand struct {
	Key   string
	Value any // a length in ISO 8601, or true
	Words string
}

// Demands lists the constraints that are set, in the order of domain rule 16.
func (c Constraints) Demands() []Demand {
	var out []Demand
	add := func(on bool, key string, value any, words string) {
		if on {
			out = append(out, Demand{key, value, words})
		}
	}
	add(c.MemberTimeLimit > 0, "member_time_limit", c.MemberTimeLimit.String(), "members at most "+c.MemberTimeLimit.Words())
	add(c.OwnerTimeLimit > 0, "owner_time_limit", c.OwnerTimeLimit.String(), "owners at most "+c.OwnerTimeLimit.Words())
	add(c.RequireMemberReason, "require_member_reason", true, "members need a reason")
	add(c.RequireOwnerReason, "require_owner_reason", true, "owners need a reason")
	add(c.ForbidSelfMember, "disallow_self_add_membership", true, "nobody adds themselves as a member")
	add(c.ForbidSelfOwner, "disallow_self_add_ownership", true, "nobody adds themselves as an owner")
	add(c.PropagateToRoles, "propagate_to_roles", true, "time limits also hold for membership of roles that give this")
	add(c.NoStandingAccess, "no_standing_access", true, "members' access must have an end")
	return out
}
