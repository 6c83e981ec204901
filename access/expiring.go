package access

import (
	"context"
	"slices"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Expiring lists grants that come to an end, with what hangs on each, how long it may be renewed for, and what the actor may
// do. The number of statements does not depend on how many there are.
func (s *Service) Expiring(ctx context.Context, tx *store.Tx, actor sallyport.Actor, f store.ExpiringFilter, p store.Page) (store.List[sallyport.Expiring], error) {
	l, err := tx.Expiring(ctx, actor.Tenant, Viewer(actor), f, p)
	if err != nil {
		return l, err
	}
	grants := make([]sallyport.Grant, len(l.Items))
	ids := make([]string, len(l.Items))
	for i, it := range l.Items {
		grants[i], ids[i] = it.Grant, it.Grant.ID
	}
	hangs, err := tx.Hangs(ctx, actor.Tenant, Viewer(actor), ids)
	if err != nil {
		return l, err
	}
	limits, err := s.greatestTx(ctx, tx, actor.Tenant, Viewer(actor), grants)
	if err != nil {
		return l, err
	}
	if err := s.MarkGrants(ctx, tx, actor, grants); err != nil {
		return l, err
	}
	for i := range l.Items {
		it := &l.Items[i]
		h := hangs[it.Grant.ID]
		it.Grant, it.Limits, it.People, it.Reaches, it.Continues = grants[i], limits[it.Grant.ID], h.People, h.Reaches, h.Continues
	}
	return l, nil
}

// greatestTx answers, by grant, how long each may be renewed for now: what checkLimits would refuse more than. A membership
// of a role obeys also what the role gives, where a tag propagates its limit.
func (s *Service) greatestTx(ctx context.Context, tx *store.Tx, tenant string, v store.Viewer, list []sallyport.Grant) (map[string]sallyport.GrantLimits, error) {
	var roles, resources []string
	for _, g := range list {
		resources = append(resources, g.Resource.ID)
		if g.Resource.Kind == sallyport.KindRole && g.Relation == sallyport.Member {
			roles = append(roles, g.Resource.ID)
		}
	}
	gives, err := tx.RolesGive(ctx, tenant, distinct(roles))
	if err != nil {
		return nil, err
	}
	for _, held := range gives {
		for _, h := range held {
			resources = append(resources, h.ResourceID)
		}
	}
	sources, err := tx.LimitSources(ctx, tenant, v, distinct(resources))
	if err != nil {
		return nil, err
	}
	out := make(map[string]sallyport.GrantLimits, len(list))
	for _, g := range list {
		limits := sallyport.GreatestLength(g.Relation, sources[g.Resource.ID], false)
		if g.Resource.Kind == sallyport.KindRole && g.Relation == sallyport.Member {
			for _, h := range gives[g.Resource.ID] {
				limits = limits.Stricter(sallyport.GreatestLength(h.Relation, sources[h.ResourceID], true))
			}
		}
		out[g.ID] = limits
	}
	return out, nil
}

func distinct(ids []string) []string { return slices.Compact(slices.Sorted(slices.Values(ids))) }

// Review marks a grant "reviewed, do not renew": by whoever may end it. The mark is shown, suppresses notices of the end,
// and goes with a renewal. Doing it twice keeps the first mark. batchID is "" outside a batch.
func (s *Service) Review(ctx context.Context, actor sallyport.Actor, id, reason, batchID string) (sallyport.Grant, error) {
	var g sallyport.Grant
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if err := checkWords("reason", reason); err != nil {
			return err
		}
		if g, err = s.visibleGrant(ctx, tx, actor, id); err != nil {
			return err
		}
		if err := s.mayEnd(ctx, tx, actor, g); err != nil {
			return err
		}
		if err := isOver(actor, g, tx.Now()); err != nil {
			return err
		}
		if g.NoEnd || g.EndsAt == nil {
			return sallyport.Errorf(sallyport.EPrecondition, "%s has %s without an end, so nothing is to be renewed", g.Subject.Name, g.Resource.Name).WithHint("End it instead.")
		}
		added, err := tx.MarkReviewed(ctx, actor.Tenant, g.ID, actor.User.ID, reason, batchID)
		if err != nil || !added {
			return err
		}
		s.grantChanged(tx, actor.Tenant, g)
		_, err = tx.Append(ctx, store.NewEvent{Verb: "grant.reviewed", Actor: actor, ObjectKind: "grant", ObjectID: g.ID, Cause: batchID, Refs: grantRefs(g),
			Body: map[string]any{"resource_id": g.Resource.ID, "relation": string(g.Relation), "ends_at": stamp(g.EndsAt)}, Values: []store.Value{{Name: "reason", Value: reason, UserID: personOf(g.Subject)}}})
		return err
	})
	return g, err
}
