// Package access holds the use-cases of a request's life: ask → decide → grant → fulfil → expire.
//
// Each method opens one transaction, asks the pure rules of the root package, saves, appends the event and describes
// what is to happen outside by rows in the same transaction. Nothing outside is touched here: package worker does that,
// from those rows. Methods ending in Tx run inside the caller's transaction.
package access

import (
	"log/slog"
	"sync"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Service carries what the use-cases need. Safe for concurrent use.
type Service struct {
	DB        *store.DB
	Log       *slog.Logger
	PublicURL string // where people reach the page, without a slash at the end; used in messages
	Maker     Maker  // makes what requests of kind create ask for; without one they are refused
	Reached   int    // of how many members of a role one transaction makes access real or unreal; 0 is 25

	puttingOff sync.Mutex // held while what waits for a paused connection is put off
}

// New makes a Service. A nil log discards.
func New(db *store.DB, log *slog.Logger, publicURL string) *Service {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Service{DB: db, Log: log, PublicURL: publicURL}
}

// Viewer is how the store sees the actor as a reader.
func Viewer(a sallyport.Actor) store.Viewer {
	return store.Viewer{ID: a.User.ID, All: a.ReadsAll()}
}

// Everything is the viewer for whom no audience hides anything: for Sallyport's own work, never for a person's answer.
var Everything = store.Viewer{All: true}

// NewGrant is a grant about to be made. Exactly one of Duration, Until and NoEnd says how long.
type NewGrant struct {
	Subject    sallyport.Subject
	Resource   sallyport.Resource
	Relation   sallyport.Relation
	Parameters string // canonical JSON; "" is {}
	Origin     sallyport.Origin
	ReasonKind string // request, direct, import, policy, break_glass, bootstrap
	Reason     string
	Unsaid     string // kept as reason where nobody gave one; it satisfies no tag
	RequestID  string
	Duration   *sallyport.Duration
	Until      *time.Time
	NoEnd      bool
	StartsAt   *time.Time // nil: now
	Replace    bool       // allow an end earlier than the present one
	Accept     bool       // of a role: an admin saw how many memberships get an earlier end by what reaches it
	Extend     bool       // from a request to extend: counts from now, joins the present grant
	Follows    string     // the grant that comes back by it, which is over; "" for none
	Held       bool       // the subject had it by another way until now, so nobody adds themselves by it

	Known *Known // what it shares with other grants; nil: nothing
}
