package access

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Ask files a request. It is decided at once where the flow needs no approval. A request for the same that is pending is
// superseded when the caller is its requester or beneficiary, and is a conflict otherwise (rule 13).
func (s *Service) Ask(ctx context.Context, actor sallyport.Actor, ask sallyport.Ask) (sallyport.Request, error) {
	return s.ask(ctx, actor, ask, "")
}

// Asked is what became of one of several asks: the request, or why there is none.
type Asked struct {
	Request *sallyport.Request
	Err     error
}

// AskMany files several requests that belong together: they share a batch id, by which lists find them. Each is decided
// as if it had been asked for alone, and each stands for itself: one that is refused does not keep the others.
func (s *Service) AskMany(ctx context.Context, actor sallyport.Actor, asks []sallyport.Ask) (batch string, out []Asked, err error) {
	batch = store.NewID(sallyport.PrefixBatch)
	out = make([]Asked, len(asks))
	for i, a := range asks {
		r, err := s.ask(ctx, actor, a, batch)
		if code := sallyport.CodeOf(err); code == sallyport.EUnavailable || code == sallyport.EInternal {
			return batch, nil, err
		}
		if out[i].Err = err; err == nil {
			out[i].Request = &r
		}
	}
	return batch, out, nil
}

func (s *Service) ask(ctx context.Context, actor sallyport.Actor, ask sallyport.Ask, batch string) (sallyport.Request, error) {
	id := ""
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		draft := s.draftTx
		if ask.Create != nil || ask.Kind == sallyport.RequestCreate {
			draft = s.draftNewTx
		}
		r, res, err := draft(ctx, tx, actor, ask)
		if err != nil {
			return err
		}
		if err := s.othersTx(ctx, tx, actor.Tenant, r); err != nil {
			return err
		}
		id, r.BatchID = r.ID, batch
		return s.submitTx(ctx, tx, actor, &r, res, "")
	})
	if err != nil {
		return sallyport.Request{}, err
	}
	return s.Request(ctx, actor, id)
}

// draftTx checks what was submitted, also against what the rules allow, and makes a request of it that is not yet saved. All
// that is wrong with it is said at once; then the request is as far as it could be made.
func (s *Service) draftTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, ask sallyport.Ask) (sallyport.Request, sallyport.Resource, error) {
	var r sallyport.Request
	if strings.TrimSpace(ask.Resource) == "" {
		return r, sallyport.Resource{}, sallyport.Invalid("resource", "is missing; name what is asked for, by slug or id")
	}
	params, err := store.CanonicalParameters(ask.Parameters)
	if err != nil {
		return r, sallyport.Resource{}, err
	}
	res, err := tx.BareResource(ctx, actor.Tenant, ask.Resource, Viewer(actor))
	if err != nil {
		return r, res, err
	}
	if res.DeletedAt != nil {
		return r, res, sallyport.Errorf(sallyport.ENotFound, "%s was removed from the catalogue", res.Name)
	}
	if ask.Relation == "" {
		ask.Relation = sallyport.Member
	}
	if ask.Relation != sallyport.Member && ask.Relation != sallyport.Owner {
		return r, res, sallyport.Invalid("relation", "is neither member nor owner")
	}
	who, err := s.beneficiaryTx(ctx, tx, actor, ask.Beneficiary)
	if err != nil {
		return r, res, err
	}
	r = sallyport.Request{ID: store.NewID(sallyport.PrefixRequest), State: sallyport.RequestPending, Version: 1, Resource: res.Ref(), Relation: ask.Relation, Requester: actor.User,
		Beneficiary: who, Parameters: json.RawMessage(params), Duration: ask.Duration, Until: ask.Until, NoEnd: ask.NoEnd, StartsAt: ask.StartsAt,
		Reason: strings.TrimSpace(ask.Reason), Form: &res.Form, Flow: sallyport.FlowOf(res.Flow), Kind: sallyport.RequestAccess}
	switch {
	case res.Kind == sallyport.KindWorkOrder:
		r.Kind, r.Relation = sallyport.RequestWorkOrder, sallyport.Member
	case who.Kind == sallyport.SubjectRole:
		r.Kind = sallyport.RequestRoleAccess
	}
	r.ExpiresAt = tx.Now().Add(r.Flow.Expiry().Std())
	var against []error
	if err := sallyport.CheckReason(ask.Reason); err != nil {
		against = append(against, sallyport.Invalid("reason", "%s", err))
	}
	length := lengthOf(actor, &r, ask, res, tx.Now())
	if r.Answers, err = res.Form.Answer(ask.Answers); err == nil {
		err = s.knownUsersTx(ctx, tx, actor.Tenant, res.Form, r.Answers)
	}
	against = append(against, length, err)
	if length == nil {
		against = append(against, s.limitsTx(ctx, tx, actor, &r, res))
	} else {
		r.Duration, r.Until, r.NoEnd = nil, nil, false
	}
	return r, res, together(against)
}

// limitsTx refuses what the rules do not allow, before anybody is asked. Asking for longer than one has makes it a request
// to extend.
func (s *Service) limitsTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r *sallyport.Request, res sallyport.Resource) error {
	if !res.Managed {
		return &sallyport.Error{Code: sallyport.EPrecondition, Rule: "domain.20", Message: res.Name + " is fed by the directory's own rules, so it cannot be asked for here",
			Hint: "Whoever runs the directory decides who is in it."}
	}
	if r.Beneficiary.Kind == sallyport.SubjectRole && res.Kind == sallyport.KindRole {
		return &sallyport.Error{Code: sallyport.EPrecondition, Rule: "roles", Message: "a role cannot hold a role; roles do not nest"}
	}
	if r.Beneficiary.Kind == sallyport.SubjectUser && r.Beneficiary.ID != actor.User.ID {
		if _, err := tx.BareResource(ctx, actor.Tenant, res.ID, store.Viewer{ID: r.Beneficiary.ID}); sallyport.CodeOf(err) == sallyport.ENotFound {
			return &sallyport.Error{Code: sallyport.EPrecondition, Rule: "domain.24", Message: res.Name + " is not meant for " + r.Beneficiary.Name,
				Hint: "It is for the members of a group; ask its owners."}
		} else if err != nil {
			return err
		}
	}
	if r.Kind == sallyport.RequestWorkOrder {
		return nil
	}
	n := NewGrant{Subject: r.Beneficiary, Resource: res, Relation: r.Relation, Reason: r.Reason, NoEnd: r.NoEnd, ReasonKind: "request"}
	if err := s.checkLimits(ctx, tx, actor, &n, lengthAt(*r, tx.Now())); err != nil {
		return err
	}
	living, ok, err := tx.LivingGrant(ctx, actor.Tenant, r.Key(), sallyport.OriginGiven)
	if err != nil || !ok || !living.Living(tx.Now()) {
		return err
	}
	end := endOf(*r, tx.Now())
	if living.NoEnd || (!r.NoEnd && living.EndsAt != nil && !end.After(*living.EndsAt)) {
		has := "without an end"
		if !living.NoEnd {
			has = "until " + actor.Moment(*living.EndsAt)
		}
		return &sallyport.Error{Code: sallyport.EPrecondition, Rule: "domain.2", Message: fmt.Sprintf("%s has %s already, %s", r.Beneficiary.Name, res.Name, has),
			Hint: "Ask for longer than that, or end it instead."}
	}
	if r.Kind == sallyport.RequestAccess {
		r.Kind, r.Extends = sallyport.RequestExtend, living.ID
	}
	start := living.StartsAt // both are one, which began with what is there
	if start.Before(tx.Now()) {
		start = tx.Now()
	}
	if r.NoEnd || r.StartsAt == nil || !r.StartsAt.After(start) {
		return nil
	}
	return s.checkLimits(ctx, tx, actor, &n, sallyport.Duration(end.Sub(start)))
}
