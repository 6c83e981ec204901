package sallyport

import "time"

// RunRole is a role that somebody runs: what an owner wants to know of it at a glance.
type RunRole struct {
	Role    ResourceRef `json:"role"`
	Members int         `json:"members" doc:"How many people are in it"`
	Gives   int         `json:"gives" doc:"How many things it holds as a member, which its members receive"`
	Owners  int         `json:"owners" doc:"How many people own it"`
	Ending  int         `json:"ending" doc:"How many of its memberships, and of what it holds, end within 14 days"`
	EndsAt  *time.Time  `json:"ends_at,omitempty" doc:"When the first of them ends, however far away"`
	Waiting int         `json:"waiting" doc:"Requests to be in it, and of it for more, that are not decided"`
}

// RoleEndsSoon is how far ahead an end is soon for whoever runs a role.
const RoleEndsSoon = 14 * 24 * time.Hour
