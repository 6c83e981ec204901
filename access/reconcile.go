package access

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

const startLimit = 200

// Start begins what was given for a moment that has come, and lies after since. It returns how many began, whether more
// may wait, and when the next grant starts.
func (s *Service) Start(ctx context.Context, since time.Time) (n int, more bool, next *time.Time, err error) {
	var due []store.TenantID
	err = s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if due, err = tx.Unstarted(ctx, since, startLimit); err != nil {
			return err
		}
		next, err = tx.NextStart(ctx)
		return err
	})
	if err != nil {
		return 0, false, nil, err
	}
	for _, id := range due {
		err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
			g, err := tx.Grant(ctx, id.Tenant, id.ID, Everything)
			if err != nil || g.ActivatedAt != nil || !g.Living(tx.Now()) {
				return err
			}
			res, err := tx.BareResource(ctx, id.Tenant, g.Resource.ID, Everything)
			if err != nil {
				return err
			}
			actor := sallyport.System(id.Tenant)
			if g.Relation != sallyport.Member {
				return s.activateTx(ctx, tx, actor, keyOf(g))
			}
			return s.wantTx(ctx, tx, actor, res, keyOf(g), g.StartsAt)
		})
		if err != nil {
			s.Log.ErrorContext(ctx, "a grant that should have begun could not be started; it is tried again", "grant", id.ID, "error", err)
			continue
		}
		n++
	}
	return n, len(due) == startLimit && n > 0, next, nil
}

// Reconcile compares every provision with what ought to be and sets to work what was missed: the truth behind the queue
// (domain rule 15). It reads all provisions, and writes only where something is wrong, which is hardly ever.
func (s *Service) Reconcile(ctx context.Context) (n int, err error) {
	var wrong, roles []store.TenantID
	for at, more := (store.TenantID{}), true; more && len(wrong) < 500; more = at.ID != "" {
		err = s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
			some, last, err := tx.Mismatched(ctx, at, 2000)
			wrong, at = append(wrong, some...), last
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	err = s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		roles, err = tx.UnprovisionedRoles(ctx, 50)
		return err
	})
	if err != nil {
		return 0, err
	}
	each := func(list []store.TenantID, f func(ctx context.Context, tx *store.Tx, id store.TenantID) error) {
		for _, id := range list {
			if err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error { return f(ctx, tx, id) }); err != nil {
				s.Log.ErrorContext(ctx, "the sweep could not set right what was missed; it is tried again", "row", id.ID, "error", err)
				continue
			}
			n++
		}
	}
	each(wrong, func(ctx context.Context, tx *store.Tx, id store.TenantID) error {
		p, ok, err := tx.ProvisionByID(ctx, id.Tenant, id.ID)
		if err != nil || !ok {
			return err
		}
		_, _, err = s.convergeTx(ctx, tx, p)
		return err
	})
	each(roles, func(ctx context.Context, tx *store.Tx, id store.TenantID) error {
		g, err := tx.Grant(ctx, id.Tenant, id.ID, Everything)
		if err != nil {
			return err
		}
		return s.reachTx(ctx, tx, sallyport.System(id.Tenant), g, nil, &Known{})
	})
	return n, nil
}
