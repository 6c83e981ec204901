package access

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// closeStageTx closes an open stage as approved and goes on to the next. EPrecondition, and nothing written, when nobody is left
// to decide that.
func (s *Service) closeStageTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request, res sallyport.Resource, st sallyport.Stage, outcome string) error {
	var j jury
	if st.Position+1 < len(r.Stages) {
		var err error
		if j, err = s.juryTx(ctx, tx, actor.Tenant, r, res, r.Stages[st.Position+1].Spec, false); err != nil {
			return err
		}
	}
	ok, err := tx.CloseStage(ctx, actor.Tenant, st.ID, sallyport.StageApproved, outcome)
	if err != nil {
		return err
	}
	if !ok {
		return sallyport.Errorf(sallyport.EConflict, "this stage was decided in the meantime")
	}
	r.Stages[st.Position].State, r.Stages[st.Position].Outcome = sallyport.StageApproved, outcome
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
