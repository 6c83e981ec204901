package access

import (
	"context"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Cancel withdraws a pending request: by its requester, its beneficiary, the beneficiary role's owners, or an admin.
func (s *Service) Cancel(ctx context.Context, actor sallyport.Actor, id, reason string) (sallyport.Request, error) {
	if err := sallyport.CheckReason(reason); err != nil {
		return sallyport.Request{}, sallyport.Invalid("reason", "%s", err)
	}
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		r, err := tx.Request(ctx, actor.Tenant, id, Viewer(actor))
		if err != nil {
			return err
		}
		may, err := s.mayCancelTx(ctx, tx, actor, r)
		if err != nil {
			return err
		}
		if !may {
			return sallyport.Errorf(sallyport.EForbidden, "only %s, the person it is for, and admins can cancel this", r.Requester.Name).WithRule("domain.13")
		}
		return s.closeTx(ctx, tx, actor, r, sallyport.RequestCancelled, strings.TrimSpace(reason), "")
	})
	if err != nil {
		return sallyport.Request{}, err
	}
	return s.Request(ctx, actor, id)
}

func (s *Service) mayCancelTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request) (bool, error) {
	if actor.Admin || r.Requester.ID == actor.User.ID || r.Beneficiary.IsUser(actor.User.ID) {
		return true, nil
	}
	if r.Beneficiary.Kind == sallyport.SubjectRole {
		return tx.Holds(ctx, actor.Tenant, actor.User.ID, r.Beneficiary.ID, sallyport.Owner)
	}
	return false, nil
}
