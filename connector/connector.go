package connector

import (
	"context"
	"iter"
)

// Relations a holding can have. Most targets know members only.
const (
	RelationMember = "member"
	RelationOwner  = "owner"
)

// Connector reads one target. It is safe for concurrent use, pages for itself and keeps its own
// connections alive: a server that restarted is found again at the next call.
//
// Every method obeys the context's end and returns soon after it. Errors are *Error where the cause is
// known; any other error means the call may be tried again.
//
// The iterators yield either a value with a nil error or, as their very last pair, a zero value with an
// error. An iteration that ended without an error was complete. Breaking off early is allowed. Every
// range over an iterator reads the target anew.
type Connector interface {
	// Check proves that the settings work: it connects, signs in and reads a little. It changes nothing.
	Check(ctx context.Context) error
	// Accounts yields every account once, in no particular order.
	Accounts(ctx context.Context) iter.Seq2[Account, error]
	// Resources yields everything that can be held, once each, in no particular order.
	Resources(ctx context.Context) iter.Seq2[Resource, error]
	// Holdings yields who holds what: of all resources, or of those whose external ids are given. A given
	// resource that does not exist is an error of class NotFound, not an empty answer. Holders that are
	// no accounts (nested groups, service entries) are left out here.
	Holdings(ctx context.Context, resources ...string) iter.Seq2[Holding, error]
	// Close frees the connections. It may be called twice; calls after it fail.
	Close() error
}

// Writer is a Connector that can also change who holds what.
//
// Add and Remove are idempotent and may be called again after any outcome, a time-out included: the
// caller cannot know whether a change that timed out took effect, so it asks Has.
type Writer interface {
	Connector
	// Add makes the holding real. Adding what is there already is a success. An account or resource that
	// does not exist is an error of class NotFound.
	Add(ctx context.Context, h Holding) error
	// Remove makes the holding unreal. Removing what is absent is a success; so is removing from a
	// resource or an account that exists no more.
	Remove(ctx context.Context, h Holding) error
	// Has reads back, from the target and never from a cache, whether the holding is there. What does not
	// exist holds nothing: false without an error, unless the target still names a deleted account.
	Has(ctx context.Context, h Holding) (bool, error)
}

// Directory is a Connector that is also a source of people and groups. The iterators obey the rules of
// Connector.
type Directory interface {
	Connector
	// Users yields every person once. An entry with something wrong is yielded with its Faults, never dropped.
	Users(ctx context.Context) iter.Seq2[Person, error]
	// Groups yields every group once with all of its members.
	Groups(ctx context.Context) iter.Seq2[Group, error]
}

// Account is an identity in a target.
type Account struct {
	ExternalID string // stable under renames where the target has such an id
	Login      string
	Name       string
	Email      string
	Active     bool // false when the target says that the account is disabled
}

// Resource is something in a target that accounts can hold.
type Resource struct {
	ExternalID  string // stable under renames where the target has such an id
	Name        string
	Description string
	Relations   []string // what one can be to it; empty means RelationMember only
	Unmanaged   string   // why it cannot be written, in words for people; empty when it can be
}

// Holding says that an account holds a resource in the target. It is comparable and can be a map key.
type Holding struct {
	Account    string // external id of the account
	Resource   string // external id of the resource
	Relation   string // RelationMember, unless the resource declares others
	Parameters string // canonical JSON of what else qualifies the holding; empty for most targets
}

// Person is an entry of a directory that stands for a human being or a service account.
type Person struct {
	ExternalID string // stable: entryUUID, objectGUID; the DN only where there is nothing better
	DN         string // where it lies now; for showing, never for comparing
	Login      string
	Name       string
	Email      string
	Title      string
	Department string
	Manager    string   // external id of the manager; empty when there is none or it is unknown
	Active     bool     // false when the source says disabled
	Faults     []string // what is wrong with the entry, in words for people
}

// Group is a group of a directory.
type Group struct {
	ExternalID  string
	DN          string // where it lies now; for showing, never for comparing
	Name        string
	Description string
	Members     []string // external ids of people
	Broken      bool     // who is in it cannot be told: what is known of it is to stay as it is
	Unmapped    []string // members that are no people known from Users: nested groups, services, dangling names
	Faults      []string // what is wrong with the entry, in words for people
}

// Collect reads an iterator to its end. When the read was cut short it returns no values at all, only
// the error: a partial list cannot be taken for a whole one.
func Collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for v, err := range seq {
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}
