package access

import (
	"context"
	"slices"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// RecheckStages looks at requests that wait, whether the people asked still suffice, and asks whoever may decide by now
// (rule 11). The worker calls it at intervals; a change of who owns or leads is thus noticed within a minute.
func (s *Service) RecheckStages(ctx context.Context) error {
	for at, more := (store.TenantID{}), true; more; {
		var wrong []store.TenantID
		err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
			some, err := tx.OpenStageRequests(ctx, at, recheckPage)
			if err != nil {
				return err
			}
			wrong = nil
			if more = len(some) == recheckPage; len(some) > 0 {
				at = some[len(some)-1]
			}
			for len(some) > 0 { // they are sorted by tenant
				tenant, n := some[0].Tenant, 0
				for n < len(some) && some[n].Tenant == tenant {
					n++
				}
				stale, err := s.staleTx(ctx, tx, tenant, some[:n])
				if err != nil {
					return err
				}
				wrong, some = append(wrong, stale...), some[n:]
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, o := range wrong {
			if err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error { return s.recheckTx(ctx, tx, o.Tenant, o.ID) }); err != nil {
				s.Log.Error("a waiting request was not looked at again", "request", o.ID, "err", err)
			}
		}
	}
	return nil
}

// recheckPage is how many waiting requests are looked at in one read.
const recheckPage = 25

// staleTx lists of some waiting requests of a tenant those of which recheckTx would change anything, which it hardly ever
// does. Reading takes nobody's turn to write.
func (s *Service) staleTx(ctx context.Context, tx *store.Tx, tenant string, some []store.TenantID) (stale []store.TenantID, err error) {
	ids := make([]string, len(some))
	for i, o := range some {
		ids[i] = o.ID
	}
	list, err := tx.RequestsByID(ctx, tenant, ids)
	if err != nil {
		return nil, err
	}
	for i, r := range list {
		ids[i] = r.Resource.ID
	}
	slices.Sort(ids)
	things, err := tx.BareResources(ctx, tenant, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	byID := make(map[string]sallyport.Resource, len(things))
	for _, r := range things {
		byID[r.ID] = r
	}
	for _, r := range list {
		is, err := s.isStaleTx(ctx, tx, tenant, *r, byID[r.Resource.ID])
		if err != nil {
			return nil, err
		}
		if is {
			stale = append(stale, store.TenantID{Tenant: tenant, ID: r.ID})
		}
	}
	return stale, nil
}

func (s *Service) isStaleTx(ctx context.Context, tx *store.Tx, tenant string, r sallyport.Request, res sallyport.Resource) (bool, error) {
	st := r.Open()
	if r.State != sallyport.RequestPending || st == nil {
		return false, nil
	}
	j, err := s.juryTx(ctx, tx, tenant, r, res, st.Spec, st.Escalated)
	if sallyport.CodeOf(err) == sallyport.EPrecondition { // nobody is left at all: it stays, visibly, until it expires
		s.Log.Error("nobody can decide a waiting request", "request", r.ID, "err", err)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return len(newTo(*st, j)) > 0 || j.Fallback != st.Fallback || len(st.Votes) > 0 && specOf(*st, j).Approved(j.ids(), st.Votes), nil
}

// newTo lists those of a jury whom a stage has not asked yet.
func newTo(st sallyport.Stage, j jury) []sallyport.Approver {
	var more []sallyport.Approver
	for _, a := range j.Approvers {
		if !(jury{Approvers: st.Approvers}).has(a.ID) {
			more = append(more, a)
		}
	}
	return more
}

// recheckStagesTx looks at all waiting requests of a tenant again, because a person left.
func (s *Service) recheckStagesTx(ctx context.Context, tx *store.Tx, tenant, userID string) error {
	ids, err := tx.AskedRequests(ctx, tenant, userID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.recheckTx(ctx, tx, tenant, id); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) recheckTx(ctx context.Context, tx *store.Tx, tenant, id string) error {
	r, err := tx.Request(ctx, tenant, id, Everything)
	if err != nil {
		return err
	}
	st := r.Open()
	if r.State != sallyport.RequestPending || st == nil {
		return nil
	}
	res, err := tx.BareResource(ctx, tenant, r.Resource.ID, Everything)
	if err != nil {
		return err
	}
	err = s.widenTx(ctx, tx, tenant, r, res, *st, st.Escalated, "stage.approvers_added")
	if sallyport.CodeOf(err) == sallyport.EPrecondition { // nobody is left at all: it stays, visibly, until it expires
		s.Log.Error("nobody can decide a waiting request", "request", id, "err", err)
		return nil
	}
	if err != nil {
		return err
	}
	// Under "all", those who lost the right are not waited for: the votes there are may suffice now.
	j, err := s.juryTx(ctx, tx, tenant, r, res, st.Spec, st.Escalated)
	if err != nil || len(st.Votes) == 0 || !specOf(*st, j).Approved(j.ids(), st.Votes) {
		return err
	}
	err = s.closeStageTx(ctx, tx, sallyport.System(tenant), r, res, *st, "approved by all who may still decide")
	if sallyport.CodeOf(err) == sallyport.EPrecondition {
		s.Log.Error("nobody can decide a waiting request", "request", id, "err", err)
		return nil
	}
	return err
}
