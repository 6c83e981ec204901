package access

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// submitTx saves a checked request, starts its first stage, and supersedes an older one for the same. cause is the request
// that it follows from, "" for none.
func (s *Service) submitTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r *sallyport.Request, res sallyport.Resource, cause string) error {
	t := actor.Tenant
	r.Stages = nil
	var first jury
	for i, spec := range r.Flow.Stages {
		j, err := s.juryTx(ctx, tx, t, *r, res, spec, false)
		if err != nil {
			return err
		}
		if i == 0 {
			first = j
		}
		r.Stages = append(r.Stages, sallyport.Stage{Position: i, Name: spec.Title(), Rule: spec.Rule, Need: j.Need, Spec: spec})
	}
	r.Snapshot = snapshot(*r)
	if err := s.insertTx(ctx, tx, actor, r); err != nil {
		return err
	}
	for i := range r.Stages {
		if err := tx.InsertStage(ctx, t, r.ID, &r.Stages[i]); err != nil {
			return err
		}
	}
	values := reasonValue(*r)
	if r.Create != nil {
		if err := tx.InsertCreation(ctx, t, r.ID, r.Create.Form()); err != nil {
			return err
		}
		values = append(values, formValues("asked", r.Create.Asked, r.Requester.ID)...)
	}
	if err := s.event(ctx, tx, actor, "request.created", *r, cause, map[string]any{"kind": string(r.Kind), "stages": len(r.Stages)}, values...); err != nil {
		return err
	}
	if r.Beneficiary.Kind == sallyport.SubjectUser && r.Beneficiary.ID != r.Requester.ID {
		if err := s.tell(ctx, tx, t, []string{r.Beneficiary.ID}, note{Kind: "request.for_you", Dedupe: "for-you:" + r.ID,
			On: r.Resource, Titled: func(name string) string { return r.Requester.Name + " asked for " + about(*r, name) + " for you" }, Body: "You can cancel it if you do not need it.", Link: "/requests/" + r.ID}); err != nil {
			return err
		}
	}
	return s.startTx(ctx, tx, actor, *r, res, 0, first)
}

// insertTx saves a request. One for the same that is pending gives way to it when the caller is its requester or its
// beneficiary, and is a conflict otherwise (rule 13).
func (s *Service) insertTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r *sallyport.Request) error {
	if added, err := tx.InsertRequest(ctx, actor.Tenant, r); err != nil || added {
		return err
	}
	old, pending, err := tx.PendingRequest(ctx, actor.Tenant, r.Key())
	if err != nil {
		return err
	}
	if pending {
		if old.Requester.ID != actor.User.ID && !old.Beneficiary.IsUser(actor.User.ID) {
			return &sallyport.Error{Code: sallyport.EConflict, Rule: "domain.13",
				Message: fmt.Sprintf("%s asked for the same already (%s), and it is being decided", old.Requester.Name, old.ID),
				Hint:    "See " + s.link("/requests/"+old.ID) + "; only they or " + old.Beneficiary.Name + " can replace it."}
		}
		if err := s.closeTx(ctx, tx, actor, old, sallyport.RequestSuperseded, "a newer request for the same", r.ID); err != nil {
			return err
		}
	}
	added, err := tx.InsertRequest(ctx, actor.Tenant, r)
	if err == nil && !added {
		err = sallyport.Errorf(sallyport.EConflict, "the same was asked for at this moment already").WithHint("Look at your requests.")
	}
	return err
}

// snapshot is what approvers are shown and vote on: canonical, without sensitive answers.
func snapshot(r sallyport.Request) json.RawMessage {
	answers := map[string]any{}
	for k, v := range r.Answers {
		answers[k] = v
	}
	for _, name := range r.Form.Sensitive() {
		if _, ok := answers[name]; ok {
			answers[name] = "(sensitive)"
		}
	}
	stages := make([]map[string]any, len(r.Flow.Stages))
	for i, st := range r.Flow.Stages {
		stages[i] = map[string]any{"name": st.Title(), "approvers": st.Approvers, "rule": st.Rule}
	}
	shown := map[string]any{"resource": r.Resource, "relation": r.Relation, "beneficiary": r.Beneficiary, "requester": r.Requester,
		"parameters": r.Parameters, "duration": r.Duration, "until": r.Until, "no_end": r.NoEnd, "starts_at": r.StartsAt, "reason": r.Reason,
		"answers": answers, "stages": stages}
	if r.Create != nil {
		shown["create"] = r.Create.Form()
	}
	b, err := json.Marshal(shown)
	if err != nil {
		return json.RawMessage("{}")
	}
	return b
}

func (s *Service) link(path string) string { return s.PublicURL + path }
