package access

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Insight gathers what helps to decide a request: the beneficiary's history with the resource, who near them has it,
// what they hold already. Only what the reader may see is counted.
func (s *Service) Insight(ctx context.Context, actor sallyport.Actor, id string) (sallyport.Insight, error) {
	in := sallyport.Insight{History: []sallyport.Grant{}, Requests: []sallyport.Request{}, Holds: []sallyport.Access{}, Peers: sallyport.Peers{Basis: "none", People: []sallyport.UserRef{}, Roles: []sallyport.PeerRole{}}}
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		r, err := tx.Request(ctx, actor.Tenant, id, Viewer(actor))
		if err != nil {
			return err
		}
		if r.Kind == sallyport.RequestCreate {
			return nil // nobody had it, has it, or is near it
		}
		who := r.Beneficiary
		v := Viewer(actor)
		grants, err := tx.Grants(ctx, actor.Tenant, v, store.GrantFilter{SubjectKind: who.Kind, SubjectID: who.ID, ResourceID: r.Resource.ID}, store.Page{Limit: 10})
		if err != nil {
			return err
		}
		in.History = grants.Items
		reqs, err := tx.Requests(ctx, actor.Tenant, v, store.RequestFilter{SubjectKind: who.Kind, SubjectID: who.ID, ResourceID: r.Resource.ID}, store.Page{Limit: 11})
		if err != nil {
			return err
		}
		for _, old := range reqs.Items {
			if old.ID != r.ID {
				redact(&old, false)
				old.Form, old.Snapshot = nil, nil
				in.Requests = append(in.Requests, old)
			}
		}
		if r.Resource.Kind == sallyport.KindRole && r.Relation == sallyport.Member {
			if in.Gives, err = tx.RoleGives(ctx, actor.Tenant, r.Resource.ID, v); err != nil {
				return err
			}
		}
		if who.Kind != sallyport.SubjectUser {
			return nil
		}
		res, err := tx.BareResource(ctx, actor.Tenant, r.Resource.ID, Everything)
		if err != nil {
			return err
		}
		all, err := tx.UserAccess(ctx, actor.Tenant, who.ID, tx.Now(), v)
		if err != nil {
			return err
		}
		in.HoldsAll = len(all)
		for _, a := range all {
			sameApp := a.Resource.ID == res.ID || (res.App != nil && (a.Resource.ID == res.App.ID || a.App != nil && a.App.ID == res.App.ID)) || (a.App != nil && a.App.ID == res.ID)
			if sameApp {
				in.Holds = append(in.Holds, a)
			}
		}
		if in.HadBefore, err = tx.HadBefore(ctx, actor.Tenant, who.ID, res.ID, r.Relation, v); err != nil {
			return err
		}
		in.Peers, err = tx.PeersWith(ctx, actor.Tenant, who.ID, res.ID, r.Relation, v)
		return err
	})
	return in, err
}
