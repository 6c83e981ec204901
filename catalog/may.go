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
		known, err := tx.ResourceEver(ctx, actor.Tenant, ref, access.Viewer(actor))
		if err != nil {
			return err
		}
		if r, err = tx.Resource(ctx, actor.Tenant, known.ID, access.Viewer(actor)); err != nil {
			return err
		}
		r.May, err = s.mayTx(ctx, tx, actor, r)
		return err
	})
	return r, err
}

func (s *Service) mayTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Resource) (*sallyport.May, error) {
	m := sallyport.May{Fields: []string{}}
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
	fields, err := s.mayChange(ctx, tx, actor, r)
	if m.Edit, err = yes(err); err != nil {
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
	for _, f := range fields {
		if f == "tags" && m.Tag || f == "owners" && (m.Give || curates(actor)) || f != "tags" && f != "owners" {
			m.Fields = append(m.Fields, f)
		}
	}
	m.Delete = needAdmin(actor, "") == nil && !isBuiltIn(r)
	return &m, nil
}
