package catalog

import (
	"context"
	"slices"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// leaveApp keeps on what has left an app what held for it there: the app's tags, which only admins take off, and where it
// has no owner of its own, the app's owners, until the same ends as far as its limits allow. owned says that who owns
// it is said besides.
func (s *Service) leaveApp(ctx context.Context, tx *store.Tx, actor sallyport.Actor, before, r sallyport.Resource, cuts *access.Cuts, owned bool) error {
	if before.App == nil || r.App != nil && r.App.ID == before.App.ID {
		return nil
	}
	app, err := eachTag(ctx, tx, actor.Tenant, before.App.ID, func(t sallyport.Tag) error {
		return s.attachTx(ctx, tx, actor, r, t, cuts, "it was part of "+before.App.Name)
	})
	if err != nil || owned {
		return err
	}
	heirs, err := ownersToBe(ctx, tx, actor.Tenant, before)
	if err != nil || len(heirs) == 0 {
		return err
	}
	longest, err := s.Access.LongestTx(ctx, tx, actor.Tenant, r, sallyport.Owner)
	if err != nil {
		return err
	}
	for _, g := range heirs {
		n := access.NewGrant{Subject: g.Subject, Resource: r, Relation: sallyport.Owner, Origin: sallyport.OriginGiven, ReasonKind: "direct",
			Reason: "owned " + app.Name + ", of which it was part", NoEnd: g.NoEnd, Until: g.EndsAt, Held: true}
		if until := tx.Now().Add(longest.Std()); longest > 0 && (n.NoEnd || n.Until.After(until)) {
			n.NoEnd, n.Until = false, &until
		}
		if _, err := s.Access.AddGrantTx(ctx, tx, actor, n); err != nil {
			return err
		}
	}
	return nil
}

// ownersToBe lists who owns the app of what nobody owns by itself: of each person and role the grant that ends last.
func ownersToBe(ctx context.Context, tx *store.Tx, tenant string, r sallyport.Resource) ([]sallyport.Grant, error) {
	own, err := tx.EffectiveUsers(ctx, tenant, r.ID, sallyport.Owner)
	if err != nil || len(own) > 0 {
		return nil, err
	}
	var out []sallyport.Grant
	last := map[string]int{}
	err = eachLiving(ctx, tx, tenant, store.GrantFilter{ResourceID: r.App.ID, Relation: sallyport.Owner}, func(g sallyport.Grant) {
		i, known := last[g.Subject.ID]
		switch {
		case !g.Holds(tx.Now()): // not yet
		case !known:
			last[g.Subject.ID] = len(out)
			out = append(out, g)
		case spanOf(out[i]).Compare(spanOf(g)) < 0:
			out[i] = g
		}
	})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	err = eachLiving(ctx, tx, tenant, store.GrantFilter{ResourceID: r.ID, Relation: sallyport.Owner}, func(g sallyport.Grant) { // of roles without anybody
		out = slices.DeleteFunc(out, func(o sallyport.Grant) bool { return o.Subject.ID == g.Subject.ID })
	})
	return out, err
}

func spanOf(g sallyport.Grant) sallyport.Span {
	return sallyport.Span{EndsAt: g.EndsAt, NoEnd: g.NoEnd}
}
