package access

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// standing is what endless access is cut to where it must have an end and nothing says which.
const standing = 90 * sallyport.Day

// CutsOf lists what constraints demand of what is held of a resource, and of what it contains: their limits, and an end for
// what has none: the resource's greatest length, or standing. Where they propagate to roles, memberships of the roles that
// hold it are concerned as well.
func CutsOf(c sallyport.Constraints, r sallyport.Resource) (out []store.Cut) {
	for _, rel := range []sallyport.Relation{sallyport.Member, sallyport.Owner} {
		cut := store.Cut{ResourceID: r.ID, Relation: rel}
		cut.Limit, _ = c.Limit(rel)
		if cut.Limit == 0 && c.MustEnd(rel) {
			if cut.Limit, cut.Endless = standing, true; r.Durations.Max > 0 {
				cut.Limit = r.Durations.Max
			}
		}
		if cut.Limit == 0 {
			continue
		}
		out = append(out, cut)
		if cut.Roles = c.Propagate(); cut.Roles {
			out = append(out, cut)
		}
	}
	return out
}

// FitTx brings the end of a grant about to be made forward to what limits allow now, as putting them on what is there does.
// It reports whether it did; nothing becomes longer by it. What was found in a target is held to tags alone, since nobody
// chose its length, and what the directory's own rules feed to nothing.
func (s *Service) FitTx(ctx context.Context, tx *store.Tx, tenant string, n *NewGrant) (bool, error) {
	if n.fed() {
		return false, nil
	}
	demands, err := n.demandsTx(ctx, tx, tenant)
	if err != nil {
		return false, err
	}
	var cuts []store.Cut
	for _, c := range CutsOf(demands.Constraints, n.Resource) {
		if c.Relation == n.Relation {
			cuts = append(cuts, c)
		}
	}
	if n.Relation == sallyport.Member {
		switch d := n.Resource.Durations; {
		case n.Origin == sallyport.OriginImport:
		case d.Max > 0:
			cuts = append(cuts, store.Cut{Limit: d.Max})
		case d.ForbidNo:
			cuts = append(cuts, store.Cut{Limit: standing, Endless: true})
		}
		if n.Resource.Kind == sallyport.KindRole {
			given, err := n.known().givenTx(ctx, tx, tenant, n.Resource.ID, Everything)
			if err != nil {
				return false, err
			}
			for _, l := range given {
				for _, c := range CutsOf(l.Constraints, l.Resource) {
					if c.Roles && c.Relation == l.Relation {
						cuts = append(cuts, c)
					}
				}
			}
		}
	}
	slices.SortStableFunc(cuts, func(a, b store.Cut) int { return cmp.Compare(a.Limit, b.Limit) })
	done := false
	for _, c := range cuts {
		done = n.shorten(c, tx.Now()) || done
	}
	return done, nil
}

// fed: the directory's own rules decide who is a member.
func (n *NewGrant) fed() bool {
	return n.Origin == sallyport.OriginImport && !n.Resource.Managed && n.Relation == sallyport.Member
}

// shorten is what CutGrants does, of what is not there yet.
func (n *NewGrant) shorten(c store.Cut, now time.Time) bool {
	if c.Endless && !n.NoEnd {
		return false
	}
	if n.StartsAt != nil && n.StartsAt.After(now) {
		now = *n.StartsAt
	}
	end := now.Add(c.Limit.Std())
	switch {
	case n.NoEnd, n.Until != nil && n.Until.After(end):
		n.NoEnd, n.Until = false, &end
	case n.Duration != nil && *n.Duration > c.Limit:
		n.Duration = &c.Limit
	default:
		return false
	}
	return true
}

// propagateTx holds the memberships of a role against the limit of what it is given, where a tag propagates it to roles:
// those that are longer are cut to the limit from now, as putting the tag on afterwards would.
func (s *Service) propagateTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n *NewGrant) error {
	if n.Subject.Kind != sallyport.SubjectRole || n.Origin == sallyport.OriginImport {
		return nil
	}
	demands, err := n.demandsTx(ctx, tx, actor.Tenant)
	if err != nil {
		return err
	}
	for _, cut := range CutsOf(demands.Constraints, n.Resource) {
		if !cut.Roles || cut.Relation != n.Relation {
			continue
		}
		if err := s.propagate(ctx, tx, actor, n, cut); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) propagate(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n *NewGrant, c store.Cut) error {
	cuts := Cuts{Accept: n.Accept || actor.IsSystem()}
	if err := s.CutTx(ctx, tx, actor, &cuts, "", n.Resource.Name+" came to the role "+n.Subject.Name, c); err != nil {
		return err
	}
	return cuts.CheckTx(ctx, tx, actor, "a tag of "+n.Resource.Name+" limits memberships of roles that give it, so this")
}

// CutTx shortens what is held longer than a limit, in one statement, and records which grants end when by it (domain rule
// 18). The cause is what demands the limit, the tag's id goes into the record. The call's last cut is followed by CheckTx.
func (s *Service) CutTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, cuts *Cuts, tagID, cause string, c store.Cut) error {
	list, err := tx.CutGrants(ctx, actor.Tenant, c)
	if err != nil || len(list) == 0 {
		return err
	}
	cuts.add(list)
	byEnd := map[string][]string{} // "" for lengths that count from an activation to come
	for _, g := range list {
		end := stamp(g.EndsAt)
		byEnd[end] = append(byEnd[end], g.ID)
		tx.Changed(actor.Tenant, "grant:"+g.ID)
	}
	for end, ids := range byEnd {
		for some := range slices.Chunk(ids, 1000) { // a record has a greatest length
			body := map[string]any{"relation": string(c.Relation), "limit": c.Limit.String(), "grants": len(some)}
			if end != "" {
				body["ends_at"] = end
			}
			if _, err := tx.Append(ctx, store.NewEvent{Verb: "grant.cut", Actor: actor, ObjectKind: "resource", ObjectID: c.ResourceID,
				Refs: append(slices.Clone(some), tagID), Cause: cause, Body: body}); err != nil {
				return err
			}
		}
	}
	tx.Wake(actor.Tenant)
	return nil
}

// ShortenTx brings the ends of some grants forward, each to its own moment: for what another system decided. What is over,
// or ends no later anyway, is left as it is.
func (s *Service) ShortenTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, cause string, list []store.Shortened) error {
	for _, g := range list {
		resource, relation, ok, err := tx.ShortenGrant(ctx, actor.Tenant, g.ID, *g.EndsAt)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		tx.Changed(actor.Tenant, "grant:"+g.ID)
		if _, err := tx.Append(ctx, store.NewEvent{Verb: "grant.cut", Actor: actor, ObjectKind: "resource", ObjectID: resource, Refs: []string{g.ID}, Cause: cause,
			Body: map[string]any{"relation": string(relation), "grants": 1, "ends_at": stamp(g.EndsAt)}}); err != nil {
			return err
		}
	}
	tx.Wake(actor.Tenant)
	return nil
}
