package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
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

// Vote gives one approver's answer. The vote that closes a stage starts the next, and the last one makes the grant, in
// the same transaction (rule 11). A request that is decided answers EConflict naming who decided (rule 10).
func (s *Service) Vote(ctx context.Context, actor sallyport.Actor, id string, b sallyport.Ballot) (sallyport.Request, error) {
	if b.Vote != sallyport.VoteApprove && b.Vote != sallyport.VoteDeny {
		return sallyport.Request{}, sallyport.Invalid("vote", "is neither approve nor deny")
	}
	if err := sallyport.CheckReason(b.Comment); err != nil {
		return sallyport.Request{}, sallyport.Invalid("comment", "%s", err)
	}
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		r, err := tx.Request(ctx, actor.Tenant, id, Viewer(actor))
		if err != nil {
			return err
		}
		res, err := tx.BareResource(ctx, actor.Tenant, r.Resource.ID, Everything)
		if err != nil {
			return err
		}
		st, j, behalf, err := s.mayVoteTx(ctx, tx, actor, r, res)
		if err != nil {
			return err
		}
		if b.Version != 0 && b.Version != r.Version {
			return sallyport.Errorf(sallyport.EConflict, "the request has changed since you loaded it (version %d, now %d)", b.Version, r.Version).WithRule("domain.9").
				WithHint("Look at it as it is now, then decide.")
		}
		b.Comment = strings.TrimSpace(b.Comment)
		if b.Vote == sallyport.VoteDeny && b.Comment == "" {
			return &sallyport.Error{Code: sallyport.EPrecondition, Rule: "domain.9", Message: "a denial needs a comment", Hint: "Say why, so that they know what to do instead.",
				Fields: []sallyport.Fault{{Path: "comment", Message: "is required to deny"}}}
		}
		if err := narrower(r, b, tx.Now()); err != nil {
			return err
		}
		if b.Edited != nil {
			if r, err = s.editTx(ctx, tx, actor, r, *b.Edited); err != nil {
				return err
			}
		}
		v := sallyport.Vote{By: actor.User, OnBehalfOf: behalf, Vote: b.Vote, Comment: b.Comment, Duration: b.Duration}
		if err := tx.InsertVote(ctx, actor.Tenant, r.ID, st.ID, r.Version, &v); err != nil {
			if store.IsUnique(err) {
				return sallyport.Errorf(sallyport.EConflict, "this vote was given already")
			}
			return err
		}
		return s.countTx(ctx, tx, actor, r, res, st, j, v)
	})
	if err != nil {
		return sallyport.Request{}, err
	}
	return s.Request(ctx, actor, id)
}

// narrower refuses a vote that would give more than was asked (rule 9).
func narrower(r sallyport.Request, b sallyport.Ballot, now time.Time) error {
	if b.Edited != nil && (b.Vote != sallyport.VoteApprove || r.Create == nil) {
		return sallyport.Invalid("edited", "goes with an approval of something new only")
	}
	if b.Duration == nil {
		return nil
	}
	if b.Vote != sallyport.VoteApprove || r.Kind == sallyport.RequestWorkOrder || r.Kind == sallyport.RequestCreate {
		return sallyport.Invalid("duration", "goes with an approval of access only")
	}
	if *b.Duration < sallyport.MinDuration || *b.Duration > sallyport.MaxDuration {
		return sallyport.Invalid("duration", "is out of range; use PT1S to P3650D")
	}
	if asked := lengthAt(r, now); !r.NoEnd && *b.Duration > asked {
		return &sallyport.Error{Code: sallyport.EPrecondition, Rule: "domain.9",
			Message: fmt.Sprintf("%s is longer than the %s asked for; an approver may shorten, never widen", b.Duration.Words(), asked.Words()),
			Hint:    "Approve as asked, or ask them to ask for longer."}
	}
	return nil
}

// mayVoteTx finds the stage in which the actor may vote now, and in whose place. Refusals come in the order 403, 409.
func (s *Service) mayVoteTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request, res sallyport.Resource) (sallyport.Stage, jury, *sallyport.UserRef, error) {
	var none sallyport.Stage
	forbidden := sallyport.Errorf(sallyport.EForbidden, "you are not an approver of this request").WithRule("domain.10").
		WithHint("It is decided by the people named on it.")
	if !r.Flow.AllowSelf && r.Concerns(actor.User.ID) {
		return none, jury{}, nil, sallyport.Errorf(sallyport.EForbidden, "nobody decides about their own request").WithRule("domain.8").
			WithHint("Somebody else who is asked decides; you can remind them.")
	}
	delegators, err := tx.Delegators(ctx, actor.Tenant, actor.User.ID)
	if err != nil {
		return none, jury{}, nil, err
	}
	asked := func(st sallyport.Stage) bool {
		return slices.ContainsFunc(st.Approvers, func(a sallyport.Approver) bool {
			return a.ID == actor.User.ID || slices.ContainsFunc(delegators, func(d sallyport.UserRef) bool { return d.ID == a.ID })
		})
	}
	open := r.Open()
	if r.State != sallyport.RequestPending || open == nil {
		if !slices.ContainsFunc(r.Stages, asked) {
			return none, jury{}, nil, forbidden
		}
		return none, jury{}, nil, decided(actor, r)
	}
	j, err := s.juryTx(ctx, tx, actor.Tenant, r, res, open.Spec, open.Escalated)
	if err != nil {
		return none, j, nil, err
	}
	var behalf *sallyport.UserRef
	may := j.has(actor.User.ID)
	if !may {
		for _, d := range delegators {
			if j.has(d.ID) {
				behalf, may = &d, true
				break
			}
		}
	}
	for _, v := range open.Votes {
		mine := v.By.ID == actor.User.ID || (v.OnBehalfOf != nil && v.OnBehalfOf.ID == actor.User.ID) || (behalf != nil && v.By.ID == behalf.ID)
		if mine {
			return none, j, nil, sallyport.Errorf(sallyport.EConflict, "%s %s this on %s already", v.By.Name, past(v.Vote), actor.Moment(v.At)).WithRule("domain.10").
				WithHint("Waiting for the others.")
		}
	}
	if !may {
		if slices.ContainsFunc(r.Stages, func(st sallyport.Stage) bool { return st.State == sallyport.StageApproved && asked(st) }) {
			return none, j, nil, decided(actor, r)
		}
		return none, j, nil, forbidden
	}
	return *open, j, behalf, nil
}

// decided is the answer to the second press.
func decided(actor sallyport.Actor, r sallyport.Request) error {
	e := &sallyport.Error{Code: sallyport.EConflict, Rule: "domain.10", Message: "this request is " + string(r.State) + " already", Hint: "There is nothing left to decide."}
	if r.DecidedAt != nil && r.DecidedBy != nil {
		e.Message = fmt.Sprintf("already %s by %s on %s", r.State, r.DecidedBy.Name, actor.Moment(*r.DecidedAt))
	}
	if r.State == sallyport.RequestPending {
		for _, st := range r.Stages {
			if n := len(st.Votes); st.State == sallyport.StageApproved && n > 0 {
				v := st.Votes[n-1]
				e.Message = fmt.Sprintf("%s: already approved by %s on %s", st.Name, v.By.Name, actor.Moment(v.At))
			}
		}
		e.Hint = "It is with the next approvers now."
	}
	return e
}

func past(vote string) string {
	if vote == sallyport.VoteDeny {
		return "denied"
	}
	return "approved"
}

// countTx records the vote and does what it leads to.
func (s *Service) countTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request, res sallyport.Resource, st sallyport.Stage, j jury, v sallyport.Vote) error {
	body := map[string]any{"vote": v.Vote, "stage": st.Name, "version": r.Version, "intended": j.ids()}
	if r.Flow.AllowSelf && r.Concerns(actor.User.ID) {
		body["self_approval"] = true
	}
	if v.Duration != nil {
		body["duration"] = v.Duration.String()
	}
	behalf := ""
	if v.OnBehalfOf != nil {
		behalf = v.OnBehalfOf.ID
	}
	if _, err := tx.Append(ctx, store.NewEvent{Verb: "vote.cast", Actor: actor, OnBehalfOf: behalf, ObjectKind: "request", ObjectID: r.ID, Cause: v.ID,
		Refs: []string{r.Beneficiary.ID, r.Requester.ID, r.Resource.ID}, Body: body, Values: []store.Value{{Name: "comment", Value: v.Comment, UserID: actor.User.ID}}}); err != nil {
		return err
	}
	tx.Changed(actor.Tenant, "request:"+r.ID, "requests")
	if v.Vote == sallyport.VoteDeny {
		if _, err := tx.CloseStage(ctx, actor.Tenant, st.ID, sallyport.StageDenied, "denied"); err != nil {
			return err
		}
		return s.denyTx(ctx, tx, actor, r, v.Comment)
	}
	st.Votes = append(slices.Clone(st.Votes), v)
	if !specOf(st, j).Approved(j.ids(), st.Votes) {
		return nil
	}
	r.Stages = slices.Clone(r.Stages)
	r.Stages[st.Position] = st
	return s.closeStageTx(ctx, tx, actor, r, res, st, "approved")
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

// closeStageTx closes an open stage as approved and goes on to the next.
func (s *Service) closeStageTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request, res sallyport.Resource, st sallyport.Stage, outcome string) error {
	ok, err := tx.CloseStage(ctx, actor.Tenant, st.ID, sallyport.StageApproved, outcome)
	if err != nil {
		return err
	}
	if !ok {
		return sallyport.Errorf(sallyport.EConflict, "this stage was decided in the meantime")
	}
	r.Stages[st.Position].State, r.Stages[st.Position].Outcome = sallyport.StageApproved, outcome
	if st.Position+1 >= len(r.Stages) {
		return s.approveTx(ctx, tx, actor, r, res)
	}
	j, err := s.juryTx(ctx, tx, actor.Tenant, r, res, r.Stages[st.Position+1].Spec, false)
	if err != nil {
		return err
	}
	return s.startTx(ctx, tx, actor, r, res, st.Position+1, j)
}

// startTx starts the stage at a position, which j decides, or approves when the flow has no stage.
func (s *Service) startTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request, res sallyport.Resource, position int, j jury) error {
	if position >= len(r.Stages) {
		return s.approveTx(ctx, tx, actor, r, res)
	}
	st := r.Stages[position]
	st.Approvers, st.Need, st.Fallback = j.Approvers, j.Need, j.Fallback
	if ok, err := tx.StartStage(ctx, actor.Tenant, st); err != nil || !ok {
		return orConflict(err)
	}
	if ok, err := tx.AdvanceRequest(ctx, actor.Tenant, r.ID, r.Version, position); err != nil || !ok {
		return orConflict(err)
	}
	body := map[string]any{"stage": st.Name, "position": position, "intended": j.ids(), "need": j.Need}
	if j.Fallback != "" {
		body["fallback"] = j.Fallback
	}
	if err := s.event(ctx, tx, sallyport.System(actor.Tenant), "stage.started", r, "", body); err != nil {
		return err
	}
	return s.askApproversTx(ctx, tx, actor.Tenant, r, st, j, "asks")
}

func orConflict(err error) error {
	if err == nil {
		err = sallyport.Errorf(sallyport.EConflict, "the request was decided in the meantime").WithHint("Load it again.")
	}
	return err
}

// askApproversTx tells those who may vote, and whoever stands in for them.
func (s *Service) askApproversTx(ctx context.Context, tx *store.Tx, tenant string, r sallyport.Request, st sallyport.Stage, j jury, verb string) error {
	ids := j.ids()
	delegates, err := tx.DelegatesOf(ctx, tenant, ids)
	if err != nil {
		return err
	}
	for _, d := range delegates {
		if !r.Concerns(d.ID) {
			ids = append(ids, d.ID)
		}
	}
	for _, id := range ids {
		tx.Changed(tenant, "inbox:"+id)
	}
	forWhom := ""
	if !r.Beneficiary.IsUser(r.Requester.ID) {
		forWhom = " for " + r.Beneficiary.Name
	}
	return s.tell(ctx, tx, tenant, ids, note{Kind: "request.waiting", Dedupe: verb + ":" + st.ID + ":" + itoa(r.Version) + remindedAt(verb, tx.Now()), On: r.Resource,
		Titled: func(name string) string {
			return r.Requester.Name + " " + verb + " for " + about(r, name) + forWhom
		}, Body: r.Reason, Link: "/requests/" + r.ID})
}

// remindedAt lets the same reminder go out once a day, not once for ever.
func remindedAt(verb string, now time.Time) string {
	if verb == "asks" {
		return ""
	}
	return ":" + now.Format("2006-01-02T15")
}

// approveTx approves the request and makes what was asked for: a grant, or the task of a work order.
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
	if r.Kind == sallyport.RequestWorkOrder {
		if _, err := s.openWorkOrderTx(ctx, tx, actor, r, res); err != nil {
			return err
		}
		return s.tellApprovedTx(ctx, tx, t, r)
	}
	if r.Kind == sallyport.RequestCreate {
		return s.makeNewTx(ctx, tx, actor, r)
	}
	if r.Until != nil && !r.Until.After(tx.Now()) {
		return s.failRequestTx(ctx, tx, actor, r.ID, "its end passed before it was approved")
	}
	n := NewGrant{Subject: r.Beneficiary, Resource: res, Relation: r.Relation, Parameters: string(r.Parameters), Origin: sallyport.OriginGiven, ReasonKind: "request",
		Reason: r.Reason, RequestID: r.ID, Duration: r.Duration, Until: r.Until, NoEnd: r.NoEnd, StartsAt: r.StartsAt, Extend: r.Kind == sallyport.RequestExtend}
	if d := shortest(r); d != nil {
		if n.Until != nil {
			if end := tx.Now().Add(d.Std()); end.Before(*n.Until) {
				n.Until = &end
			}
		} else if n.Duration == nil || *d < *n.Duration {
			n.Duration, n.NoEnd = d, false
		}
	}
	g, err := s.makeTx(ctx, tx, actor, n)
	if err != nil {
		return err
	}
	if err := tx.SetRequestGrant(ctx, t, r.ID, g.ID); err != nil {
		return err
	}
	return s.tellApprovedTx(ctx, tx, t, r)
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

func (s *Service) tellApprovedTx(ctx context.Context, tx *store.Tx, tenant string, r sallyport.Request) error {
	return s.tell(ctx, tx, tenant, parties(r), note{Kind: "request.approved", Dedupe: "approved:" + r.ID,
		On: r.Resource, Titled: then(" was approved"), Body: "You hear again when it is ready, if that takes a while.", Link: "/requests/" + r.ID})
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
	return s.event(ctx, tx, actor, "request."+string(state), r, "", body, store.Value{Name: "cause", Value: cause, UserID: r.Beneficiary.ID})
}

// Cancel withdraws a pending request: by its requester, its beneficiary, the beneficiary role's owners, or an admin.
func (s *Service) Cancel(ctx context.Context, actor sallyport.Actor, id, reason string) (sallyport.Request, error) {
	if err := sallyport.CheckReason(reason); err != nil {
		return sallyport.Request{}, sallyport.Invalid("reason", "%s", err)
	}
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		r, err := tx.Request(ctx, actor.Tenant, id, Viewer(actor))
		if err != nil {
			return err
		}
		may, err := s.mayCancelTx(ctx, tx, actor, r)
		if err != nil {
			return err
		}
		if !may {
			return sallyport.Errorf(sallyport.EForbidden, "only %s, the person it is for, and admins can cancel this", r.Requester.Name).WithRule("domain.13")
		}
		return s.closeTx(ctx, tx, actor, r, sallyport.RequestCancelled, strings.TrimSpace(reason), "")
	})
	if err != nil {
		return sallyport.Request{}, err
	}
	return s.Request(ctx, actor, id)
}

func (s *Service) mayCancelTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request) (bool, error) {
	if actor.Admin || r.Requester.ID == actor.User.ID || r.Beneficiary.IsUser(actor.User.ID) {
		return true, nil
	}
	if r.Beneficiary.Kind == sallyport.SubjectRole {
		return tx.Holds(ctx, actor.Tenant, actor.User.ID, r.Beneficiary.ID, sallyport.Owner)
	}
	return false, nil
}
