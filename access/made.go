package access

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// makeNewTx makes what a request asked for, once it is approved, in the same transaction: the thing, then what is given with
// it. When its name has been taken since, the request fails with that cause and nothing is made.
func (s *Service) makeNewTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request) error {
	t, form := actor.Tenant, r.Create.Form()
	if _, err := s.Maker.PlanTx(ctx, tx, actor, form, &form, "edited"); err != nil {
		if sallyport.CodeOf(err) == sallyport.EConflict {
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
	if sallyport.CodeOf(err) == sallyport.EConflict { // it was free a moment ago; seen anew, the request fails with that cause
		return store.Again(err)
	}
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
	return s.tell(ctx, tx, t, append(parties(r), form.Owners...), note{Kind: "request.approved", Dedupe: "approved:" + r.ID, On: res.Ref(), Titled: then(" was made"), Body: body, Link: "/requests/" + r.ID})
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
			limit = sallyport.MaxDuration
		}
		from := " (because it gives " + res.Name + ")"
		if limit > 0 {
			l.List = append(l.List, sallyport.Limit{Key: key, Value: limit.String(), From: "what it gives: " + res.Name, Words: "members at most " + limit.Words()})
		}
		shorten(limit, from)
	}
	return l, nil
}
