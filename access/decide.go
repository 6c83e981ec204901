package access

import (
	"context"
	"errors"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// event writes an event about a request, with everything it is about.
func (s *Service) event(ctx context.Context, tx *store.Tx, actor sallyport.Actor, verb string, r sallyport.Request, cause string, body map[string]any, values ...store.Value) error {
	_, err := tx.Append(ctx, store.NewEvent{Verb: verb, Actor: actor, ObjectKind: "request", ObjectID: r.ID, Cause: cause,
		Refs: []string{r.Beneficiary.ID, r.Requester.ID, r.Resource.ID}, Body: body, Values: values})
	tx.Changed(actor.Tenant, "request:"+r.ID, "requests")
	return err
}

func reasonValue(r sallyport.Request) []store.Value {
	return []store.Value{{Name: "reason", Value: r.Reason, UserID: r.Beneficiary.ID}}
}

func (s *Service) denyTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request, comment string) error {
	if err := s.closeTx(ctx, tx, actor, r, sallyport.RequestDenied, comment, ""); err != nil {
		return err
	}
	return s.tell(ctx, tx, actor.Tenant, parties(r), note{Kind: "request.denied", Dedupe: "denied:" + r.ID,
		On: r.Resource, Titled: func(name string) string { return upperAbout(r, name) + " was denied" }, Body: comment, Link: "/requests/" + r.ID})
}

// upper begins a sentence with a capital letter.
func upper(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[n:]
}

func parties(r sallyport.Request) []string {
	ids := []string{r.Requester.ID}
	if r.Beneficiary.Kind == sallyport.SubjectUser {
		ids = append(ids, r.Beneficiary.ID)
	}
	return ids
}

// approveTx approves the request and makes what was asked for: a grant, or the task of a work order. What a rule refuses is
// said to whoever decides; where that is nobody, since time or a leaver decided, the request fails with that cause.
func (s *Service) approveTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request, res sallyport.Resource) error {
	t := actor.Tenant
	by := actor.User.ID
	if len(r.Stages) == 0 {
		by = "" // the flow needs no approval: nobody decided
	}
	ok, err := tx.CloseRequest(ctx, t, r.ID, sallyport.RequestApproved, by, "", "")
	if err != nil || !ok {
		return orConflict(err)
	}
	if err := s.event(ctx, tx, actor, "request.approved", r, "", map[string]any{"version": r.Version}); err != nil {
		return err
	}
	if !actor.IsSystem() {
		return s.doTx(ctx, tx, actor, r, res)
	}
	err = tx.Try(ctx, func(ctx context.Context, tx *store.Tx) error { return s.doTx(ctx, tx, actor, r, res) })
	switch sallyport.CodeOf(err) { // nobody is there to be told of it and decide otherwise
	case sallyport.EInvalid, sallyport.EPrecondition, sallyport.EForbidden:
		return s.failRequestTx(ctx, tx, actor, r.ID, faultWords(err))
	}
	return err
}

// doTx does what an approved request asks for.
func (s *Service) doTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request, res sallyport.Resource) error {
	t := actor.Tenant
	if r.Kind == sallyport.RequestWorkOrder {
		if _, err := s.openWorkOrderTx(ctx, tx, actor, r, res); err != nil {
			return err
		}
		return s.tellApprovedTx(ctx, tx, t, r, "")
	}
	if r.Kind == sallyport.RequestCreate {
		return s.makeNewTx(ctx, tx, actor, r)
	}
	if r.Until != nil && !r.Until.After(tx.Now()) {
		return s.failRequestTx(ctx, tx, actor, r.ID, "its end passed before it was approved")
	}
	n := NewGrant{Subject: r.Beneficiary, Resource: res, Relation: r.Relation, Parameters: string(r.Parameters), Origin: sallyport.OriginGiven, ReasonKind: "request",
		Reason: r.Reason, RequestID: r.ID, Duration: r.Duration, Until: r.Until, NoEnd: r.NoEnd, StartsAt: r.StartsAt, Extend: r.Kind == sallyport.RequestExtend,
		Accept: accepted(r)}
	less := ""
	if d := shortest(r); d != nil {
		switch end := tx.Now().Add(d.Std()); {
		case n.Until != nil && !end.Before(*n.Until), n.Duration != nil && *d >= *n.Duration:
		case n.Until != nil:
			n.Until, less = &end, d.Words()
		default:
			n.Duration, n.NoEnd, less = d, false, d.Words()
		}
	}
	g, err := s.makeTx(ctx, tx, actor, n)
	var e *sallyport.Error
	if len(r.Stages) > 0 && (TooLong(err) || tooLong(err)) && errors.As(err, &e) {
		return e.WithHint("The limit may be newer than the request. Approve it for less, or deny it and say why.")
	}
	if err != nil {
		return err
	}
	if err := tx.SetRequestGrant(ctx, t, r.ID, g.ID); err != nil {
		return err
	}
	return s.tellApprovedTx(ctx, tx, t, r, less)
}

// accepted reports whether the vote that is being given accepts that it shortens many grants; earlier ones did not see how many.
func accepted(r sallyport.Request) bool {
	return slices.ContainsFunc(r.Stages, func(st sallyport.Stage) bool {
		return slices.ContainsFunc(st.Votes, func(v sallyport.Vote) bool { return v.Accept })
	})
}

// shortest is the least length that any approver allowed.
func shortest(r sallyport.Request) *sallyport.Duration {
	var least *sallyport.Duration
	for _, st := range r.Stages {
		for _, v := range st.Votes {
			if v.Vote == sallyport.VoteApprove && v.Duration != nil && (least == nil || *v.Duration < *least) {
				least = v.Duration
			}
		}
	}
	return least
}

// tellApprovedTx says that it was approved; less is for how long, where that is not as long as was asked for.
func (s *Service) tellApprovedTx(ctx context.Context, tx *store.Tx, tenant string, r sallyport.Request, less string) error {
	body := "You hear again when it is ready, if that takes a while."
	if less != "" {
		body = "For " + less + ", which is less than was asked for. " + body
	}
	return s.tell(ctx, tx, tenant, parties(r), note{Kind: "request.approved", Dedupe: "approved:" + r.ID,
		On: r.Resource, Titled: then(" was approved"), Body: body, Link: "/requests/" + r.ID})
}

// closeTx ends a pending request without a grant, once, as an event.
func (s *Service) closeTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request, state sallyport.RequestState, cause, by string) error {
	ok, err := tx.CloseRequest(ctx, actor.Tenant, r.ID, state, actor.User.ID, cause, by)
	if err != nil {
		return err
	}
	if !ok {
		now, err := tx.Request(ctx, actor.Tenant, r.ID, Everything)
		if err != nil {
			return err
		}
		return decided(actor, now)
	}
	for _, st := range r.Stages {
		for _, a := range st.Approvers {
			tx.Changed(actor.Tenant, "inbox:"+a.ID)
		}
	}
	body := map[string]any{"version": r.Version}
	if by != "" {
		body["superseded_by"] = by
	}
	if err := s.event(ctx, tx, actor, "request."+string(state), r, "", body, store.Value{Name: "cause", Value: cause, UserID: r.Beneficiary.ID}); err != nil || state != sallyport.RequestCancelled {
		return err
	}
	return s.tellCancelledTx(ctx, tx, actor, r, cause)
}

// tellCancelledTx tells those whose request it was, but for whoever cancelled it.
func (s *Service) tellCancelledTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request, cause string) error {
	to := slices.DeleteFunc(parties(r), func(id string) bool { return id == actor.User.ID })
	why := upper(cause)
	if !actor.IsSystem() {
		why = actorName(actor)
		if cause != "" {
			why += ": " + cause
		}
	}
	return s.tell(ctx, tx, actor.Tenant, to, note{Kind: "request.cancelled", Dedupe: "cancelled:" + r.ID, On: r.Resource,
		Titled: func(name string) string { return "The request for " + about(r, name) + " was cancelled" }, Body: why, Link: "/requests/" + r.ID})
}
