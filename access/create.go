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
	if len(more.Owners)+len(more.Members)+len(more.Tags)+len(more.Parts) > 0 || more.Longer {
		may, err := s.Maker.MayMakeTx(ctx, tx, actor, form)
		if err == nil && !may {
			err = sallyport.Errorf(sallyport.EForbidden, "owners, members, tags and parts are added by those who could add the thing without asking: admins, catalogue managers, and the owners of its app").
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

// makeNewTx makes what a request asked for, once it is approved, in the same transaction: the thing, then what is given with
// it. When its name has been taken since, the request fails with that cause and nothing is made.
func (s *Service) makeNewTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request) error {
	t, form := actor.Tenant, r.Create.Form()
	if _, err := s.Maker.PlanTx(ctx, tx, actor, form, &form, "edited"); err != nil {
		code := sallyport.CodeOf(err)
		if code == sallyport.EConflict || actor.IsSystem() && (code == sallyport.EInvalid || code == sallyport.EPrecondition) {
			return s.failRequestTx(ctx, tx, actor, r.ID, faultWords(err))
		}
		return err
	}
	if may, err := s.Maker.MayTagTx(ctx, tx, actor, form); err != nil || len(form.Tags) > 0 && !may {
		if err == nil {
			err = sallyport.Errorf(sallyport.EForbidden, "you may not put tags on it: its owners, admins and catalogue managers do").WithRule("domain.19").
				WithHint("Edit it so that it has no tags, or leave it to an admin.")
		}
		return err
	}
	res, err := s.Maker.MakeTx(ctx, tx, actor, form, r.ID)
	if err != nil {
		return err
	}
	filed, err := s.equipTx(ctx, tx, actor, r, res, form)
	if err != nil {
		return err
	}
	if err := tx.SetMade(ctx, t, r.ID, res.ID, filed); err != nil {
		return err
	}
	r.Resource = res.Ref()
	made := res.Ref()
	c := *r.Create
	c.Made, r.Create = &made, &c
	if err := s.event(ctx, tx, actor, "request.made", r, "", map[string]any{"resource_id": res.ID, "kind": string(res.Kind), "edited": c.Decided != nil, "filed": append([]string{}, filed...)}); err != nil {
		return err
	}
	body := "It is there as it was asked for."
	if c.Decided != nil {
		body = "It is there, as it was edited when it was approved."
	}
	return s.tell(ctx, tx, t, append(parties(r), form.Owners...), note{Kind: "request.approved", Dedupe: "approved:" + r.ID, Title: res.Name + " was made", Body: body, Link: "/requests/" + r.ID})
}

// faultWords is what is wrong, in one sentence.
func faultWords(err error) string {
	var e *sallyport.Error
	if errors.As(err, &e) && len(e.Fields) > 0 {
		var parts []string
		for _, f := range e.Fields {
			parts = append(parts, f.Message)
		}
		return strings.Join(parts, "; ")
	}
	return err.Error()
}

// equipTx gives what comes with a new thing: its owners, what it gives as a role, its members. What the one who decided has
// no say over is asked of those who have, as requests of their own in the name of whoever asked; their ids are returned.
func (s *Service) equipTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request, res sallyport.Resource, form sallyport.NewThing) ([]string, error) {
	limits, err := s.NewLimitsTx(ctx, tx, actor.Tenant, form)
	if err != nil {
		return nil, err
	}
	give := func(n NewGrant, length *sallyport.Duration) error {
		n.Origin, n.ReasonKind, n.Reason, n.RequestID = sallyport.OriginGiven, "request", r.Reason, r.ID
		n.Duration, n.NoEnd = length, length == nil
		_, err := s.makeTx(ctx, tx, actor, n)
		return err
	}
	person := func(id string) sallyport.Subject { return sallyport.Subject{Kind: sallyport.SubjectUser, ID: id} }
	for _, id := range form.Owners {
		if err := give(NewGrant{Subject: person(id), Resource: res, Relation: sallyport.Owner}, atMost(nil, limits.Owners)); err != nil {
			return nil, err
		}
	}
	var filed []string
	role := sallyport.Subject{Kind: sallyport.SubjectRole, ID: res.ID, Slug: res.Slug, Name: res.Name}
	for _, g := range form.Gives {
		thing, err := tx.BareResource(ctx, actor.Tenant, g.Resource, Everything)
		if err != nil {
			return nil, err
		}
		may := false
		if len(r.Stages) > 0 && !actor.IsSystem() && actor.User.ID != r.Requester.ID { // somebody else decided, who answers for it
			if may, _, err = s.MayGive(ctx, tx, actor, thing); err != nil {
				return nil, err
			}
			may = may && (thing.Flow.IsDefault() || thing.Flow.OwnersAdd) // approving a role walks round nobody's stages, admins included
		}
		if may {
			err = give(NewGrant{Subject: role, Resource: thing, Relation: g.Relation}, g.Duration)
		} else {
			var id string
			if id, err = s.askForRoleTx(ctx, tx, actor, r, role, thing, g); err == nil {
				filed = append(filed, id)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	for _, id := range form.Members {
		if err := give(NewGrant{Subject: person(id), Resource: res, Relation: sallyport.Member}, atMost(form.MembersFor, limits.Members)); err != nil {
			return nil, err
		}
	}
	return filed, nil
}

// atMost is a length, or the greatest that is allowed where none was asked for; nil is without end.
func atMost(asked *sallyport.Duration, limit sallyport.Duration) *sallyport.Duration {
	if asked == nil && limit > 0 {
		return &limit
	}
	return asked
}

// askForRoleTx files the request that a new role gets something, in the name of whoever asked for the role.
func (s *Service) askForRoleTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, from sallyport.Request, role sallyport.Subject, res sallyport.Resource, g sallyport.RoleItem) (string, error) {
	r := sallyport.Request{ID: store.NewID(sallyport.PrefixRequest), Kind: sallyport.RequestRoleAccess, State: sallyport.RequestPending, Version: 1, Resource: res.Ref(), Relation: g.Relation,
		Requester: from.Requester, Beneficiary: role, Parameters: json.RawMessage("{}"), Duration: g.Duration, NoEnd: g.Duration == nil, Reason: from.Reason,
		Form: &res.Form, Flow: sallyport.FlowOf(res.Flow)}
	r.ExpiresAt = tx.Now().Add(r.Flow.Expiry().Std())
	if err := s.limitsTx(ctx, tx, actor, &r, res); err != nil {
		return "", err
	}
	return r.ID, s.submitTx(ctx, tx, actor, &r, res, from.ID)
}

// NewLimits are the greatest lengths with which something new may be given; 0 is without end.
type NewLimits struct {
	Members, Owners sallyport.Duration
	MembersFrom     string // where the limit of members comes from, to put behind it
	List            []sallyport.Limit
}

// NewLimitsTx finds what the tags of a new thing, of its app, and of what it gives as a role demand of those who have it
// from the start.
func (s *Service) NewLimitsTx(ctx context.Context, tx *store.Tx, tenant string, n sallyport.NewThing) (NewLimits, error) {
	l := NewLimits{List: []sallyport.Limit{}}
	var all sallyport.Constraints
	if n.App != "" {
		app, err := tx.BareResource(ctx, tenant, n.App, Everything)
		if err != nil {
			return l, err
		}
		app.Durations = sallyport.Durations{} // they are the app's own
		var limits []sallyport.Limit
		if all, limits, err = tx.EffectiveLimits(ctx, tenant, app); err != nil {
			return l, err
		}
		l.List = append(l.List, limits...)
	}
	for _, id := range n.Tags {
		t, err := tx.Tag(ctx, tenant, id)
		if err != nil {
			return l, err
		}
		if !t.Enabled {
			continue
		}
		all = all.Combine(t.Constraints)
		for _, d := range t.Constraints.Demands() {
			l.List = append(l.List, sallyport.Limit{Key: d.Key, Value: d.Value, From: "the tag " + t.Name, Words: d.Words})
		}
	}
	shorten := func(d sallyport.Duration, from string) {
		if d > 0 && (l.Members == 0 || d < l.Members) {
			l.Members, l.MembersFrom = d, from
		}
	}
	l.Owners, _ = all.Limit(sallyport.Owner)
	members, _ := all.Limit(sallyport.Member)
	shorten(members, "")
	if all.MustEnd(sallyport.Member) {
		shorten(sallyport.MaxDuration, "")
	}
	for _, g := range n.Gives {
		res, err := tx.BareResource(ctx, tenant, g.Resource, Everything)
		if err != nil {
			return l, err
		}
		c, _, err := tx.EffectiveLimits(ctx, tenant, res)
		if err != nil {
			return l, err
		}
		if !c.Propagate() {
			continue
		}
		limit, key := c.Limit(g.Relation)
		if limit == 0 && c.MustEnd(g.Relation) {
			limit, key = sallyport.MaxDuration, sallyport.NoStandingAccess
		}
		from := " (because it gives " + res.Name + ")"
		if limit > 0 {
			l.List = append(l.List, sallyport.Limit{Key: key, Value: limit.String(), From: "what it gives: " + res.Name, Words: "members at most " + limit.Words()})
		}
		shorten(limit, from)
	}
	return l, nil
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
