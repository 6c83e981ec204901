package access

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// reachTx wakes what a grant gives beyond itself: a person's membership of a role reaches what the role holds, and a
// role's grant reaches its members. One statement for each resource, however many the members are.
func (s *Service) reachTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, g sallyport.Grant) error {
	if g.Relation != sallyport.Member || g.ActivatedAt == nil || g.StartsAt.After(tx.Now()) {
		return nil
	}
	want := func(role, user string, h store.RoleHolding) error {
		res, err := tx.BareResource(ctx, actor.Tenant, h.ResourceID, Everything)
		if err != nil || !res.Managed || res.DeletedAt != nil {
			return err
		}
		pin, err := tx.PinOf(ctx, actor.Tenant, res)
		if err != nil || !pin.Touches() {
			return err
		}
		_, err = tx.WantByRole(ctx, actor.Tenant, role, user, res.Ref(), h.Parameters, pin)
		return err
	}
	if g.Subject.Kind == sallyport.SubjectRole {
		return want(g.Subject.ID, "", store.RoleHolding{ResourceID: g.Resource.ID, Relation: g.Relation, Parameters: string(g.Parameters)})
	}
	if g.Resource.Kind != sallyport.KindRole {
		return nil
	}
	held, err := tx.RoleHoldings(ctx, actor.Tenant, g.Resource.ID)
	if err != nil {
		return err
	}
	for _, h := range held {
		if err := want(g.Resource.ID, g.Subject.ID, h); err != nil {
			return err
		}
	}
	return nil
}

// unreachTx is the inverse of reachTx: it marks for removal what no reason asks for any longer once the grant is over.
func (s *Service) unreachTx(ctx context.Context, tx *store.Tx, tenant string, g sallyport.Grant) error {
	if g.Relation != sallyport.Member {
		return nil
	}
	if g.Subject.Kind == sallyport.SubjectRole {
		_, err := tx.Unwant(ctx, tenant, g.Resource.ID, g.Relation, string(g.Parameters), "", g.Subject.ID)
		return err
	}
	if g.Resource.Kind != sallyport.KindRole {
		return nil
	}
	held, err := tx.RoleHoldings(ctx, tenant, g.Resource.ID)
	if err != nil {
		return err
	}
	for _, h := range held {
		if _, err := tx.Unwant(ctx, tenant, h.ResourceID, h.Relation, h.Parameters, g.Subject.ID, ""); err != nil {
			return err
		}
	}
	return nil
}
