package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

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
		if b.Vote == sallyport.VoteDeny && blank(b.Comment) {
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
		v := sallyport.Vote{By: actor.User, OnBehalfOf: behalf, Vote: b.Vote, Comment: b.Comment, Duration: b.Duration, Accept: b.Accept}
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
	if v.Accept {
		body["accept"] = true
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
