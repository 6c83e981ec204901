package sallyport

import "time"

// UserState says whether a person may act and hold.
type UserState string

// Suspended people come back; gone people left. Neither may sign in, and both have their grants ended (domain rule 7).
const (
	UserActive    UserState = "active"
	UserSuspended UserState = "suspended"
	UserGone      UserState = "gone"
)

// UserKind tells people from other account holders. Service accounts and agents have an accountable person.
type UserKind string

// The kinds of user.
const (
	UserPerson  UserKind = "person"
	UserService UserKind = "service"
	UserAgent   UserKind = "agent"
)

// UserRef is how any object names a user.
type UserRef struct {
	ID    string `json:"id"`
	Login string `json:"login"`
	Name  string `json:"name"`
}

// User is a person, service account or agent known from a directory. Never hard-deleted; its personal values can be
// erased.
type User struct {
	ID          string            `json:"id"`
	Login       string            `json:"login"`
	Name        string            `json:"name"`
	Email       string            `json:"email,omitempty"`
	Title       string            `json:"title,omitempty"`
	Department  string            `json:"department,omitempty"`
	Kind        UserKind          `json:"kind" enum:"person,service,agent"`
	State       UserState         `json:"state" enum:"active,suspended,gone"`
	Manager     *UserRef          `json:"manager,omitempty"`
	Accountable *UserRef          `json:"accountable,omitempty" doc:"The person who answers for a service account or agent"`
	TimeZone    string            `json:"time_zone,omitempty" doc:"IANA name, e.g. Europe/Vienna"`
	Source      string            `json:"source,omitempty" doc:"Where the record comes from: a connection's slug, file, or empty"`
	ExternalID  string            `json:"external_id,omitempty"`
	Attributes  map[string]string `json:"attributes,omitempty"`
	CreatedAt   time.Time         `json:"created_at"`
	UpdatedAt   time.Time         `json:"updated_at"`
	LeftAt      *time.Time        `json:"left_at,omitempty"`
}

// Ref names the user.
func (u User) Ref() UserRef { return UserRef{ID: u.ID, Login: u.Login, Name: u.Name} }

// SubjectKind tells who holds a grant.
type SubjectKind string

// A grant is held by a user or by a role.
const (
	SubjectUser SubjectKind = "user"
	SubjectRole SubjectKind = "role"
)

// Subject names the holder of a grant or the beneficiary of a request. Login is set for users, Slug for roles.
type Subject struct {
	Kind  SubjectKind `json:"kind" enum:"user,role"`
	ID    string      `json:"id"`
	Login string      `json:"login,omitempty"`
	Slug  string      `json:"slug,omitempty"`
	Name  string      `json:"name"`
}

// IsUser reports whether s is the user with that id.
func (s Subject) IsUser(id string) bool { return s.Kind == SubjectUser && s.ID == id }

// Delegation lets another person vote in one's place for a time (domain rule 8).
type Delegation struct {
	ID        string     `json:"id"`
	From      UserRef    `json:"from"`
	To        UserRef    `json:"to"`
	StartsAt  time.Time  `json:"starts_at"`
	EndsAt    time.Time  `json:"ends_at"`
	Reason    string     `json:"reason,omitempty"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
}
