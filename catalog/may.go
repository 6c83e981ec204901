package catalog

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// Resource reads a resource with what the actor may do with it, as the calls that do it would answer.
func (s *Service) Resource(ctx context.Context, actor sallyport.Actor, ref string) (sallyport.Resource, error) {
	var r sallyport.Resource
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if r, err = tx.Resource(ctx, actor.Tenant, ref, access.Viewer(actor)); err != nil {
			return err
		}
		r.May, err = s.mayTx(ctx, tx, actor, r)
		return err
	})
	return r, err
}

func (s *Service) mayTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Resource) (*sallyport.May, error) {
	var m sallyport.May
	if r.DeletedAt != nil || !r.Managed {
		return &m, nil
	}
	yes := func(err error) (bool, error) {
		switch sallyport.CodeOf(err) {
		case sallyport.EForbidden, sallyport.EPrecondition:
			return false, nil
		}
		return err == nil, err
	}
	var err error
	if m.Edit, err = yes(s.mayPatch(ctx, tx, actor, r, sallyport.ResourcePatch{})); err != nil {
		return nil, err
	}
	if m.Tag, err = yes(s.mayTag(ctx, tx, actor, r)); err != nil {
		return nil, err
	}
	if r.Kind != sallyport.KindWorkOrder {
		if m.Give, m.End, err = s.Access.MayGive(ctx, tx, actor, r); err != nil {
			return nil, err
		}
	}
	m.Delete = needAdmin(actor, "") == nil && !isBuiltIn(r)
	return &m, nil
}
