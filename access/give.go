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
			Reason: in.Reason, Duration: in.Duration, Until: in.Until, NoEnd: in.NoEnd, Replace: in.Replace, Accept: in.Accept}); err != nil {
			return err
		}
		return s.tellGiven(ctx, tx, actor, g)
	})
	return g, err
}

// GiveTx is Give as part of something greater, which tells people about it as a whole. The origin and the kind of the
// reason are set here.
func (s *Service) GiveTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n NewGrant) (sallyport.Grant, error) {
	n.Origin, n.ReasonKind = sallyport.OriginGiven, "direct"
	if err := s.checkGive(ctx, tx, actor, n); err != nil {
		return sallyport.Grant{}, err
	}
	g, err := s.grantTx(ctx, tx, actor, n)
	if err != nil {
		return g, err
	}
	return g, s.supersedeCoveredTx(ctx, tx, actor, g)
}

// checkGive refuses whom, what and why does not fit a direct grant.
func (s *Service) checkGive(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n NewGrant) error {
	if err := checkWords("reason", n.Reason); err != nil {
		return err
	}
	if !n.Resource.Managed && n.Relation != sallyport.Owner {
		return unmanaged(n.Resource)
	}
	return s.mayGive(ctx, tx, actor, n.Resource, n.Reason)
}

// mayGive answers who adds and extends directly. Attaching a role needs authority over the resource, not over the role
// (domain rule 4); being a role's owner does not help.
func (s *Service) mayGive(ctx context.Context, tx *store.Tx, actor sallyport.Actor, res sallyport.Resource, reason string) error {
	if actor.IsSystem() || actor.Admin && !blank(reason) {
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
		return sallyport.Errorf(sallyport.EPrecondition, "an admin who adds somebody without a request says why").WithHint("Add a reason.").WithRule("domain.13")
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
		On: g.Resource, Titled: func(name string) string { return by + " gave you " + name }, Body: g.Reason, Link: "/access"})
}
