package access

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Give adds access directly, without a request: by admins with a reason, and by owners of the resource (or of its app)
// where the flow is the default chain or allows it (domain rule 13). A pending request that the grant covers is closed as
// superseded.
func (s *Service) Give(ctx context.Context, actor sallyport.Actor, in sallyport.Give) (sallyport.Grant, error) {
	var g sallyport.Grant
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		res, err := tx.BareResource(ctx, actor.Tenant, in.Resource, Viewer(actor))
		if err != nil {
			return err
		}
		who, err := s.SubjectTx(ctx, tx, actor, in.Subject)
		if err != nil {
			return err
		}
		params, err := store.CanonicalParameters(in.Parameters)
		if err != nil {
			return err
		}
		if g, err = s.GiveTx(ctx, tx, actor, NewGrant{Subject: who, Resource: res, Relation: in.Relation, Parameters: params,
			Reason: in.Reason, Duration: in.Duration, Until: in.Until, NoEnd: in.NoEnd, Replace: in.Replace}); err != nil {
			return err
		}
		return s.tellGiven(ctx, tx, actor, g)
	})
	return g, err
}

// GiveTx is Give as part of something greater, which tells people about it as a whole. The origin and the kind of the
// reason are set here.
func (s *Service) GiveTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n NewGrant) (sallyport.Grant, error) {
	var none sallyport.Grant
	n.Origin, n.ReasonKind = sallyport.OriginGiven, "direct"
	if err := checkWords("reason", n.Reason); err != nil {
		return none, err
	}
	if !n.Resource.Managed && n.Relation != sallyport.Owner {
		return none, unmanaged(n.Resource)
	}
	if err := s.mayGive(ctx, tx, actor, n.Resource, n.Reason); err != nil {
		return none, err
	}
	g, err := s.grantTx(ctx, tx, actor, n)
	if err != nil {
		return g, err
	}
	return g, s.supersedeCoveredTx(ctx, tx, actor, g)
}

// mayGive answers who adds and extends directly. Attaching a role needs authority over the resource, not over the role
// (domain rule 4); being a role's owner does not help.
func (s *Service) mayGive(ctx context.Context, tx *store.Tx, actor sallyport.Actor, res sallyport.Resource, reason string) error {
	if actor.IsSystem() {
		return nil
	}
	owns, err := s.owns(ctx, tx, actor, res)
	if err != nil {
		return err
	}
	ask := "File a request for it; it is decided as " + res.Name + " says."
	if owns && (res.Flow.IsDefault() || res.Flow.OwnersAdd) {
		return nil
	}
	if actor.Admin {
		if blank(reason) {
			return sallyport.Errorf(sallyport.EPrecondition, "an admin who adds somebody without a request says why").WithHint("Add a reason.").WithRule("domain.13")
		}
		return nil
	}
	if owns {
		return sallyport.Errorf(sallyport.EForbidden, "requests for %s are decided in stages, and nobody walks round a stage, owners included", res.Name).
			WithHint("%s", ask).WithRule("domain.13")
	}
	return sallyport.Errorf(sallyport.EForbidden, "only the owners of %s and admins add people directly", res.Name).WithHint("%s", ask).WithRule("domain.13")
}

// MayGive says whether the actor may add people to a resource directly, and end others' access to it.
func (s *Service) MayGive(ctx context.Context, tx *store.Tx, actor sallyport.Actor, res sallyport.Resource) (give, end bool, err error) {
	err = s.mayGive(ctx, tx, actor, res, "a reason")
	if err != nil && sallyport.CodeOf(err) != sallyport.EForbidden {
		return false, false, err
	}
	give = err == nil
	end, err = s.owns(ctx, tx, actor, res)
	return give, end || actor.Admin, err
}

// owns reports whether the actor effectively owns the resource or its app.
func (s *Service) owns(ctx context.Context, tx *store.Tx, actor sallyport.Actor, res sallyport.Resource) (bool, error) {
	owns, err := tx.Holds(ctx, actor.Tenant, actor.User.ID, res.ID, sallyport.Owner)
	if err != nil || owns || res.App == nil {
		return owns, err
	}
	return tx.Holds(ctx, actor.Tenant, actor.User.ID, res.App.ID, sallyport.Owner)
}

// checkLimits holds a grant against the resource's durations and the tags, on every path (domain rule 17). The durations
// are about members; owners obey the tags alone. Putting a person into a role also obeys what everything that the role
// holds demands: reasons and self-add always, time limits where a tag propagates them.
func (s *Service) checkLimits(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n NewGrant, length sallyport.Duration) error {
	if n.ReasonKind == "bootstrap" || n.Replace && actor.IsSystem() { // Sallyport itself only shortens
		return nil
	}
	res := n.Resource
	if n.Relation == sallyport.Owner {
		res.Durations = sallyport.Durations{}
	}
	if err := s.CheckLimitsTx(ctx, tx, actor.Tenant, res, n.Relation, n.Reason, length, n.NoEnd); err != nil {
		return err
	}
	self, err := s.addsSelf(ctx, tx, actor, n)
	if err != nil {
		return err
	}
	if err := s.checkSelf(ctx, tx, actor.Tenant, res, n.Relation, self); err != nil {
		return err
	}
	if res.Kind != sallyport.KindRole || n.Relation != sallyport.Member {
		return nil
	}
	held, err := tx.RoleHoldings(ctx, actor.Tenant, res.ID)
	if err != nil {
		return err
	}
	for _, h := range held {
		inner, err := tx.BareResource(ctx, actor.Tenant, h.ResourceID, Everything)
		if err != nil {
			return err
		}
		c, _, err := tx.EffectiveLimits(ctx, actor.Tenant, inner)
		if err != nil {
			return err
		}
		inner.Durations = sallyport.Durations{}
		bound, noEnd := length, n.NoEnd
		if !c.PropagateToRoles {
			bound, noEnd = 0, false
		}
		if err := s.CheckLimitsTx(ctx, tx, actor.Tenant, inner, h.Relation, n.Reason, bound, noEnd); err != nil {
			return err
		}
		if err := s.checkSelf(ctx, tx, actor.Tenant, inner, h.Relation, self); err != nil {
			return err
		}
	}
	return nil
}

// addsSelf reports whether the actor gives something to themselves without a request, also by way of a role of theirs.
func (s *Service) addsSelf(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n NewGrant) (bool, error) {
	if n.ReasonKind != "direct" || actor.Admin || actor.IsSystem() {
		return false, nil
	}
	if n.Subject.Kind == sallyport.SubjectUser {
		return n.Subject.ID == actor.User.ID, nil
	}
	return tx.Holds(ctx, actor.Tenant, actor.User.ID, n.Subject.ID, sallyport.Member)
}

func (s *Service) checkSelf(ctx context.Context, tx *store.Tx, tenant string, res sallyport.Resource, rel sallyport.Relation, self bool) error {
	if !self {
		return nil
	}
	c, limits, err := tx.EffectiveLimits(ctx, tenant, res)
	if err != nil {
		return err
	}
	forbidden, key, what := c.ForbidSelfMember, "disallow_self_add_membership", "a member"
	if rel == sallyport.Owner {
		forbidden, key, what = c.ForbidSelfOwner, "disallow_self_add_ownership", "an owner"
	}
	if !forbidden {
		return nil
	}
	from := ""
	for _, l := range limits {
		if l.Key == key {
			from = " (" + l.From + ")"
			break
		}
	}
	return sallyport.Errorf(sallyport.EPrecondition, "nobody makes themselves %s of %s%s", what, res.Name, from).
		WithHint("Ask another owner to add you, or file a request.").WithRule("constraint." + key)
}

// tellGiven tells a person that somebody else gave them something.
func (s *Service) tellGiven(ctx context.Context, tx *store.Tx, actor sallyport.Actor, g sallyport.Grant) error {
	if g.Subject.Kind != sallyport.SubjectUser || g.Subject.ID == actor.User.ID {
		return nil
	}
	by := "Sallyport"
	if !actor.IsSystem() {
		by = actor.User.Name
	}
	return s.tell(ctx, tx, actor.Tenant, []string{g.Subject.ID}, note{Kind: "grant.given", Dedupe: "given:" + g.ID,
		Title: by + " gave you " + g.Resource.Name, Body: g.Reason, Link: "/access"})
}
