package access

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/store"
)

// Upcoming lists what connectors will have to take away within a time, for a worker to keep in memory.
func (s *Service) Upcoming(ctx context.Context, within time.Duration) (list []Removal, err error) {
	err = s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		due, err := tx.UpcomingRemovals(ctx, tx.Now().Add(within), 1000)
		list = make([]Removal, len(due))
		for i, u := range due {
			h := connector.Holding{Account: u.Account, Resource: u.Pin.Remove.External, Relation: string(u.Relation)}
			if u.Parameters != "{}" {
				h.Parameters = u.Parameters
			}
			list[i] = Removal{At: u.At, Work: Work{Provision: u.Provision, Connection: u.Pin.Remove.ConnectionID, Version: u.Version, Holding: h}}
		}
		return err
	})
	return list, err
}

// Removal is access whose last reason ends at a moment.
type Removal struct {
	At time.Time
	Work
}

// RecordGap writes down a removal that was made while the database took no writes, and has the target read again: should
// somebody have prolonged the access at the last moment, it is added again (domain rule 23).
func (s *Service) RecordGap(ctx context.Context, r Removal, removed time.Time) error {
	return s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, ok, err := tx.ProvisionByID(ctx, r.Tenant, r.ID)
		if err != nil || !ok {
			return err
		}
		if _, err := tx.Append(ctx, store.NewEvent{Verb: "audit.gap", Actor: sallyport.System(r.Tenant), ObjectKind: "provision", ObjectID: r.ID, Refs: []string{r.UserID, r.ResourceID},
			Body: map[string]any{"ended_at": stamp(&r.At), "removed_at": stamp(&removed), "what": "removed_without_database"}}); err != nil {
			return err
		}
		tx.Wake(r.Tenant)
		return s.lookAgain(ctx, tx, p)
	})
}
