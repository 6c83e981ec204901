package access

import (
	"context"
	"encoding/json"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// reachTx wakes what a grant gives beyond itself: a person's membership of a role reaches what the role holds, and a
// role's grant reaches its members. One statement for each resource, however many the members are.
func (s *Service) reachTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, g sallyport.Grant) error {
	if g.Relation != sallyport.Member || g.ActivatedAt == nil {
		return nil
	}
	if g.StartsAt.After(tx.Now()) {
		if g.Subject.Kind != sallyport.SubjectRole && g.Resource.Kind != sallyport.KindRole {
			return nil
		}
		_, err := tx.AddJob(ctx, actor.Tenant, store.NewJob{Kind: JobReach, Args: reachArgs{Grant: g.ID}, Unique: g.ID, RunAt: g.StartsAt})
		return err
	}
	want := func(role, user string, h store.RoleHolding) error {
		if h.Relation != sallyport.Member {
			return nil
		}
		res, err := tx.BareResource(ctx, actor.Tenant, h.ResourceID, Everything)
		if err != nil || !res.Managed || res.DeletedAt != nil {
			return err
		}
		pin, err := tx.PinOf(ctx, actor.Tenant, res)
		if err != nil || !pin.Touches() {
			return err
		}
		tx.Changed(actor.Tenant, topicProgress(res.ID))
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

// JobReach is the kind of the job that wakes what a role gives at the moment from which a membership of the role, or what
// the role holds, counts.
const JobReach = "grant.reach"

type reachArgs struct {
	Grant string `json:"grant"`
}

// RunReach does a job of kind JobReach. A grant that has ended since reaches nothing.
func (s *Service) RunReach(ctx context.Context, j store.Job) error {
	var args reachArgs
	if err := json.Unmarshal(j.Args, &args); err != nil {
		return err
	}
	return s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		g, err := tx.Grant(ctx, j.Tenant, args.Grant, Everything)
		if err != nil || !g.Living(tx.Now()) {
			return err
		}
		return s.reachTx(ctx, tx, sallyport.System(j.Tenant), g)
	})
}

// unreachTx is the inverse of reachTx: it marks for removal what no reason asks for any longer once the grant is over.
func (s *Service) unreachTx(ctx context.Context, tx *store.Tx, tenant string, g sallyport.Grant) error {
	if g.Relation != sallyport.Member {
		return nil
	}
	if g.Subject.Kind == sallyport.SubjectRole {
		tx.Changed(tenant, topicProgress(g.Resource.ID))
		_, err := tx.Unwant(ctx, tenant, g.Subject.ID, "", store.RoleHolding{ResourceID: g.Resource.ID, Relation: g.Relation, Parameters: string(g.Parameters)})
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
		if h.Relation != sallyport.Member {
			continue
		}
		tx.Changed(tenant, topicProgress(h.ResourceID))
		if _, err := tx.Unwant(ctx, tenant, g.Resource.ID, g.Subject.ID, h); err != nil {
			return err
		}
	}
	return nil
}
