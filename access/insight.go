package access

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Insight gathers what helps to decide a request: the beneficiary's history with the resource, who near them has it,
// what they hold already. Only what the reader may see is counted.
func (s *Service) Insight(ctx context.Context, actor sallyport.Actor, id string) (sallyport.Insight, error) {
	in := sallyport.Insight{History: []sallyport.Grant{}, Requests: []sallyport.Request{}, Holds: []sallyport.Access{}, Peers: sallyport.Peers{Basis: "none", People: []sallyport.UserRef{}}}
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		r, err := tx.Request(ctx, actor.Tenant, id, Viewer(actor))
		if err != nil {
			return err
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
		in.Peers, err = s.peersTx(ctx, tx, actor, who.ID, res, r.Relation)
		return err
	})
	return in, err
}

func (s *Service) peersTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, userID string, res sallyport.Resource, rel sallyport.Relation) (sallyport.Peers, error) {
	p := sallyport.Peers{Basis: "none", People: []sallyport.UserRef{}}
	u, err := tx.User(ctx, actor.Tenant, userID)
	if err != nil {
		return p, err
	}
	f := store.UserFilter{}
	switch {
	case u.Manager != nil:
		p.Basis, f.Manager = "manager", u.Manager.ID
	case u.Department != "":
		p.Basis, f.Department = "department", u.Department
	default:
		return p, nil
	}
	peers, err := tx.Users(ctx, actor.Tenant, f, store.Page{Limit: store.MaxLimit})
	if err != nil {
		return p, err
	}
	holders, err := tx.EffectiveUsers(ctx, actor.Tenant, res.ID, rel)
	if err != nil {
		return p, err
	}
	has := map[string]bool{}
	for _, h := range holders {
		has[h.ID] = true
	}
	for _, peer := range peers.Items {
		if peer.ID == userID {
			continue
		}
		p.Of++
		if has[peer.ID] {
			p.Have++
			if len(p.People) < 10 {
				p.People = append(p.People, peer.Ref())
			}
		}
	}
	return p, nil
}
