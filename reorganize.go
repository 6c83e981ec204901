package sallyport

import "time"

// Reorganization changes roles as one: all of it happens, or nothing. Try it out first (dry run) to see who gains and loses
// what. Each step obeys the rules of that step done alone.
type Reorganization struct {
	Action         string     `json:"action" enum:"create,copy,merge,split,rename" doc:"create: a role from people; copy: another role that holds the same; merge: roles into one; split: a new role with a part of another; rename"`
	Role           string     `json:"role,omitempty" doc:"The role to copy, split or rename; of a merge the one that stays, else a new one is made"`
	Roles          []string   `json:"roles,omitempty" maxItems:"20" doc:"merge: the roles that go"`
	Name           string     `json:"name,omitempty" maxLength:"200" doc:"Of the new role, or the new name"`
	Slug           string     `json:"slug,omitempty" maxLength:"200" doc:"Default: made from the name"`
	Description    string     `json:"description,omitempty" maxLength:"2000"`
	Owners         []string   `json:"owners,omitempty" maxItems:"50" doc:"Of the new role. Default: the owners of the role it comes from, until the same ends, else the caller"`
	Members        []string   `json:"members,omitempty" maxItems:"10000" doc:"create: who gets it; split: who goes to the new role"`
	Resources      []RoleItem `json:"resources,omitempty" maxItems:"500" doc:"create: what it holds; split: what the new role gets"`
	WithMembers    bool       `json:"with_members,omitempty" doc:"copy: its members too"`
	KeepMembers    bool       `json:"keep_members,omitempty" doc:"split: those who go stay members of the old role as well"`
	KeepResources  bool       `json:"keep_resources,omitempty" doc:"split: the old role keeps what the new one gets as well"`
	EndDirect      bool       `json:"end_direct,omitempty" doc:"create: what the members have directly and now get by the role ends; what is still to begin only where the role lasts as long"`
	Longest        bool       `json:"longest,omitempty" doc:"create: what has no duration is given for as long as its limits allow, in place of without end"`
	MembershipEnds *Duration  `json:"membership,omitempty" doc:"create: how long the memberships are; default no end"`
	Reason         string     `json:"reason,omitempty" maxLength:"2000"`
	Accept         bool       `json:"accept,omitempty" doc:"Also when tags shorten many memberships; by an admin who saw how many"`
}

// RoleItem is something that a role is to hold. Without a duration it has no end.
type RoleItem struct {
	Resource string    `json:"resource"`
	Relation Relation  `json:"relation,omitempty" enum:"member,owner" doc:"member: the role's members have it; owner: they look after it. Default: member. A split moves both"`
	Duration *Duration `json:"duration,omitempty"`
}

// The actions of a reorganization.
const (
	ReorganizeCreate = "create"
	ReorganizeCopy   = "copy"
	ReorganizeMerge  = "merge"
	ReorganizeSplit  = "split"
	ReorganizeRename = "rename"
)

// Reorganized is a reorganization that was made.
type Reorganized struct {
	ID       string      `json:"id"`
	Action   string      `json:"action" enum:"create,copy,merge,split,rename"`
	Title    string      `json:"title" doc:"What was done, in words"`
	Role     ResourceRef `json:"role" doc:"The role that it led to"`
	Reason   string      `json:"reason,omitempty"`
	By       *UserRef    `json:"by,omitempty"`
	At       time.Time   `json:"at"`
	UndoneBy *UserRef    `json:"undone_by,omitempty"`
	UndoneAt *time.Time  `json:"undone_at,omitempty"`
	Gone     *time.Time  `json:"role_removed_at,omitempty" doc:"The role that it led to was removed then: there is nothing to take back while it is"`
	MayUndo  bool        `json:"may_undo" doc:"The caller may undo it, as far as what it gave and took is still theirs to give and take: who made it and may still reorganize, and admins"`
	Notes    []string    `json:"notes,omitempty" doc:"In the answer of undoing it: what did not come back, or not as it was, and why"`
	Undo     UndoList    `json:"-"`
}

// UndoList is what takes a change back: which grants it made, ended and cut, which resources it made, removed and renamed.
type UndoList struct {
	Made    []string          `json:"made,omitempty"`
	Ended   []string          `json:"ended,omitempty"`
	Cut     []CutGrant        `json:"cut,omitempty"`
	Created []string          `json:"created,omitempty"`
	Removed []string          `json:"removed,omitempty"`
	Named   map[string]Naming `json:"named,omitempty"` // by id, as it was before
}

// CutGrant is a grant whose end was brought forward by a limit: until when it was, and is by that. Of what was not real yet
// both are a length.
type CutGrant struct {
	ID  string `json:"id"`
	Was Span   `json:"was"`
	Is  Span   `json:"is"`
}

// Naming is a resource's slug, its name, and its description where that was changed as well.
type Naming struct {
	Slug        string  `json:"slug"`
	Name        string  `json:"name"`
	Description *string `json:"description,omitempty"`
}
