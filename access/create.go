package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Maker makes the new things that are asked for. Package catalog does, which this one may not import; whoever wires the
// services sets it.
type Maker interface {
	// PlanTx checks a form whole and returns it with ids in the place of names; every fault is named by its field under
	// path. EConflict says that nothing is wrong but that a name is taken. before is the form that it is an edit of, or nil.
	PlanTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, in sallyport.NewThing, before *sallyport.NewThing, path string) (sallyport.NewThing, error)
	// MayMakeTx says whether the actor may add such a thing without asking.
	MayMakeTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n sallyport.NewThing) (bool, error)
	// MayTagTx says whether the actor may put tags on it as it is made.
	MayTagTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n sallyport.NewThing) (bool, error)
	// MakeTx makes the thing with its tags and parts, with the request as authority and cause. It gives nobody anything.
	MakeTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n sallyport.NewThing, requestID string) (sallyport.Resource, error)
}

// homeSlug is the app that requests for new apps, groups and roles are about until there is what was asked for.
const homeSlug = "sallyport"

// draftNewTx checks what was submitted for something new, whole, and makes a request of it that is not yet saved. The
// resource is the app that it is for, or Sallyport itself: whose owners "owners" means in its flow.
func (s *Service) draftNewTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, ask sallyport.Ask) (sallyport.Request, sallyport.Resource, error) {
	var r sallyport.Request
	var home sallyport.Resource
	if s.Maker == nil {
		return r, home, sallyport.Errorf(sallyport.EInternal, "nothing makes new things here")
	}
	var faults []sallyport.Fault
	bad := func(wrong bool, path, message string) {
		if wrong {
			faults = append(faults, sallyport.Fault{Path: path, Message: message})
		}
	}
	if ask.Create == nil {
		return r, home, sallyport.Invalid("create", "is missing; say what is to be made")
	}
	bad(ask.Kind != "" && ask.Kind != sallyport.RequestCreate, "kind", "is create where something new is asked for")
	bad(ask.Resource != "", "resource", "is left out where something new is asked for: there is none yet")
	bad(ask.Relation != "" || ask.Duration != nil || ask.Until != nil || ask.NoEnd || ask.StartsAt != nil || len(ask.Answers) > 0 || len(ask.Parameters) > 0,
		"create", "goes without relation, duration, until, no_end, starts_at, answers and parameters: what is made lasts")
	who := strings.TrimPrefix(ask.Beneficiary, "user:")
	bad(who != "" && who != "me" && who != actor.User.ID && who != actor.User.Login, "beneficiary", "is left out: whoever wants something new asks for it")
	if err := sallyport.CheckReason(ask.Reason); err != nil {
		bad(true, "reason", err.Error())
	}
	bad(blank(ask.Reason), "reason", "is missing; say what it is for: approvers read this first")
	form, err := s.Maker.PlanTx(ctx, tx, actor, *ask.Create, nil, "create")
	if err := joinFaults(faults, err); err != nil {
		return r, home, err
	}
	home, flow, err := s.homeOf(ctx, tx, actor.Tenant, form)
	if err != nil {
		return r, home, err
	}
	things, err := tx.Things(ctx, actor.Tenant, form)
	if err != nil {
		return r, home, err
	}
	params, err := json.Marshal(map[string]string{"create": string(form.Kind), "slug": form.Slug})
	if err != nil {
		return r, home, err
	}
	r = sallyport.Request{ID: store.NewID(sallyport.PrefixRequest), Kind: sallyport.RequestCreate, State: sallyport.RequestPending, Version: 1, Resource: home.Ref(), Relation: sallyport.Member,
		Requester: actor.User, Beneficiary: sallyport.Subject{Kind: sallyport.SubjectUser, ID: actor.User.ID, Login: actor.User.Login, Name: actor.User.Name},
		Parameters: params, Reason: strings.TrimSpace(ask.Reason), Form: &sallyport.Form{}, Flow: flow, ExpiresAt: tx.Now().Add(flow.Expiry().Std()),
		Create: &sallyport.Creation{Asked: things[0], Forms: [2]sallyport.NewThing{form, form}}}
	return r, home, nil
}

// joinFaults adds faults to those of an error about a form, so that all are said at once.
func joinFaults(faults []sallyport.Fault, err error) error {
	var e *sallyport.Error
	switch {
	case err == nil:
		return sallyport.Faults(faults)
	case len(faults) == 0 || !errors.As(err, &e) || len(e.Fields) == 0:
		return err
	}
	return sallyport.Faults(append(faults, e.Fields...))
}

// homeOf is what a request for something new is about until it is there, and who decides.
func (s *Service) homeOf(ctx context.Context, tx *store.Tx, tenant string, n sallyport.NewThing) (sallyport.Resource, sallyport.Flow, error) {
	ref := n.App
	if n.Kind != sallyport.KindEntitlement {
		ref = homeSlug
	}
	home, err := tx.BareResource(ctx, tenant, ref, Everything)
	if err != nil || n.Kind == sallyport.KindEntitlement {
		return home, sallyport.DefaultCreationFlow(n.Kind), err
	}
	flow, found, err := tx.CreationFlow(ctx, tenant, n.Kind)
	if err == nil && !found {
		flow = sallyport.DefaultCreationFlow(n.Kind)
	}
	return home, flow, err
}

// othersTx refuses to file beside somebody else's request for the same (domain rule 13).
func (s *Service) othersTx(ctx context.Context, tx *store.Tx, tenant string, r sallyport.Request) error {
	if r.Create == nil {
		return nil
	}
	old, found, err := tx.OthersCreation(ctx, tenant, r.Resource.ID, string(r.Parameters), r.Requester.ID)
	if err != nil || !found {
		return err
	}
	return &sallyport.Error{Code: sallyport.EConflict, Rule: "domain.13", Message: fmt.Sprintf("%s asked for the same already (%s), and it is being decided", old.Requester.Name, old.ID),
		Hint: "See " + s.link("/requests/"+old.ID) + "."}
}

// formValues is a form for the record: kept apart from the leaf, and what it gives for those who decide.
func formValues(prefix string, t sallyport.Thing, userID string) []store.Value {
	var out []store.Value
	for _, c := range (sallyport.Thing{}).Changes(t) {
		out = append(out, store.Value{Name: prefix + "." + c.Field, Value: c.After, UserID: userID, Sensitive: c.Field == "gives"})
	}
	return out
}

// editTx keeps what is asked for as an approver edited it while approving, and returns the request as it is then. It
// refuses what the approver could not do themselves.
func (s *Service) editTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request, in sallyport.NewThing) (sallyport.Request, error) {
	before := r.Create.Form()
	if in.Kind == "" {
		in.Kind = before.Kind
	}
	if in.App == "" {
		in.App = before.App
	}
	if in.Kind != before.Kind {
		return r, sallyport.Invalid("edited.kind", "stays %s; deny it, so that they ask for something else", before.Kind)
	}
	form, err := s.Maker.PlanTx(ctx, tx, actor, in, &before, "edited")
	if err != nil {
		return r, err
	}
	if form.App != before.App {
		return r, sallyport.Invalid("edited.app", "stays as it was asked; the owners of another app decide about that")
	}
	if err := s.mayEditTx(ctx, tx, actor, r, form, form.Beyond(before)); err != nil {
		return r, err
	}
	things, err := tx.Things(ctx, actor.Tenant, before, form)
	if err != nil {
		return r, err
	}
	changes := things[0].Changes(things[1])
	if len(changes) == 0 {
		return r, nil
	}
	c := *r.Create
	c.Forms[1], c.Decided = form, &things[1]
	r.Create = &c
	r.Snapshot = snapshot(r)
	if ok, err := tx.EditCreation(ctx, actor.Tenant, r.ID, r.Version, form, actor.User.ID, string(r.Snapshot)); err != nil || !ok {
		return r, orConflict(err)
	}
	r.Version++
	var values []store.Value
	fields := []string{}
	for _, ch := range changes {
		fields = append(fields, ch.Field)
		values = append(values, store.Value{Name: ch.Field + ".before", Value: ch.Before, UserID: r.Requester.ID, Sensitive: ch.Field == "gives"},
			store.Value{Name: ch.Field + ".after", Value: ch.After, UserID: r.Requester.ID, Sensitive: ch.Field == "gives"})
	}
	return r, s.event(ctx, tx, actor, "request.edited", r, "", map[string]any{"version": r.Version, "changed": fields}, values...)
}

// mayEditTx refuses an edit that goes beyond what was asked where the approver could not do that without asking, or where
// others have approved it without that (domain rule 9). Names, descriptions and less are any approver's to edit.
func (s *Service) mayEditTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request, form sallyport.NewThing, more sallyport.Beyond) error {
	if more.Empty() {
		return nil
	}
	for _, st := range r.Stages {
		for _, v := range st.Votes {
			if v.Vote == sallyport.VoteApprove && v.By.ID != actor.User.ID {
				return sallyport.Errorf(sallyport.EPrecondition, "%s approved it without that; an approver may reduce what others approved, never widen", v.By.Name).WithRule("domain.9").
					WithHint("Approve it without that, or deny it and say what is missing.")
			}
		}
	}
	for _, id := range append(append([]string{}, more.Owners...), more.Members...) {
		if id == actor.User.ID && !r.Flow.AllowSelf {
			return sallyport.Errorf(sallyport.EForbidden, "nobody decides about their own access, so you cannot put yourself in").WithRule("domain.8").
				WithHint("Let them name you, or ask for it once it is there.")
		}
	}
	if len(more.Owners)+len(more.Members)+len(more.Tags)+len(more.Parts) > 0 || more.Longer || more.Audience {
		may, err := s.Maker.MayMakeTx(ctx, tx, actor, form)
		if err == nil && !may {
			err = sallyport.Errorf(sallyport.EForbidden, "owners, members, tags and parts are added, and an audience is widened, by those who could add the thing without asking: admins, catalogue managers, and the owners of its app").
				WithRule("creation.edit").WithHint("Approve it without that, or deny it and say what is missing.")
		}
		if err != nil {
			return err
		}
	}
	for _, g := range more.Gives {
		res, err := tx.BareResource(ctx, actor.Tenant, g.Resource, Everything)
		if err != nil {
			return err
		}
		if may, _, err := s.MayGive(ctx, tx, actor, res); err != nil || !may {
			if err == nil {
				err = sallyport.Errorf(sallyport.EForbidden, "you have no say over %s, so you cannot have the role give it", res.Name).WithRule("domain.4").
					WithHint("Approve it without that; who asked, or an owner of the role, can ask for it for the role.")
			}
			return err
		}
	}
	return nil
}

// previewNewTx says what would happen if something new were asked for.
func (s *Service) previewNewTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, ask sallyport.Ask, p *sallyport.Preview) error {
	p.Fulfil = "it is made at once, with those owners and members"
	if ask.Create != nil {
		p.Resource = sallyport.ResourceRef{Slug: ask.Create.Slug, Name: ask.Create.Name, Kind: ask.Create.Kind}
	}
	r, home, err := s.draftNewTx(ctx, tx, actor, ask)
	if err := problemOf(p, err); err != nil {
		return err
	}
	if err != nil { // what is wrong does not keep from showing who would decide
		n := sallyport.NewThing{}
		if ask.Create != nil {
			n = *ask.Create
		}
		if n.Kind == sallyport.KindEntitlement {
			app, err := tx.BareResource(ctx, actor.Tenant, n.App, Viewer(actor))
			if sallyport.CodeOf(err) == sallyport.ENotFound || err == nil && (app.DeletedAt != nil || app.Kind != sallyport.KindApp) {
				return nil
			}
			if err != nil {
				return err
			}
			n.App = app.ID
		} else if p.Resource.Kind == "" {
			return nil
		}
		var flow sallyport.Flow
		if home, flow, err = s.homeOf(ctx, tx, actor.Tenant, n); err != nil {
			return err
		}
		r = sallyport.Request{Kind: sallyport.RequestCreate, Requester: actor.User, Beneficiary: sallyport.Subject{Kind: sallyport.SubjectUser, ID: actor.User.ID}, Flow: flow, Resource: home.Ref()}
	} else {
		p.Resource.Slug, p.Resource.Name = r.Create.Asked.Slug, r.Create.Asked.Name
		limits, err := s.NewLimitsTx(ctx, tx, actor.Tenant, r.Create.Form())
		if err != nil {
			return err
		}
		p.Limits = limits.List
		if err := problemOf(p, s.othersTx(ctx, tx, actor.Tenant, r)); err != nil {
			return err
		}
		for _, g := range r.Create.Asked.Gives {
			p.Effects = append(p.Effects, g.Resource)
		}
		old, ok, err := tx.PendingRequest(ctx, actor.Tenant, r.Key())
		if err != nil {
			return err
		}
		if ok {
			p.Pending = &old
		}
	}
	return s.previewJuriesTx(ctx, tx, actor, r, home, p)
}
