package access

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// RunDeadlines does what has come due of requests: reminders, escalations, time-outs and expiry. Each is done once, by
// compare-and-set, however many nodes run it. It returns how much was done and when the next comes due.
func (s *Service) RunDeadlines(ctx context.Context) (int, *time.Time, error) {
	var due []store.StageDeadline
	var expired []store.TenantID
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if due, err = tx.DueStages(ctx, 200); err == nil {
			expired, err = tx.ExpiredRequests(ctx, 200)
		}
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	done := 0
	for _, d := range due {
		if err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error { return s.stageDueTx(ctx, tx, d) }); err != nil {
			s.Log.Error("a stage's deadline was not handled", "stage", d.ID, "what", d.What, "err", err)
			continue
		}
		done++
	}
	for _, e := range expired {
		if err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error { return s.expireTx(ctx, tx, e) }); err != nil {
			s.Log.Error("a request was not expired", "request", e.ID, "err", err)
			continue
		}
		done++
	}
	var next *time.Time
	err = s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		next, err = tx.NextDeadline(ctx)
		return err
	})
	return done, next, err
}

func (s *Service) expireTx(ctx context.Context, tx *store.Tx, e store.TenantID) error {
	r, err := tx.Request(ctx, e.Tenant, e.ID, Everything)
	if err != nil || r.State != sallyport.RequestPending || r.ExpiresAt.After(tx.Now()) {
		return err
	}
	if err := s.closeTx(ctx, tx, sallyport.System(e.Tenant), r, sallyport.RequestExpired, "nobody decided in time", ""); err != nil {
		return err
	}
	return s.tell(ctx, tx, e.Tenant, parties(r), note{Kind: "request.expired", Dedupe: "expired:" + r.ID, On: r.Resource,
		Titled: func(name string) string { return "Nobody decided about " + about(r, name) }, Body: "The request expired. Ask again if it is still needed.", Link: "/requests/" + r.ID})
}

func (s *Service) stageDueTx(ctx context.Context, tx *store.Tx, d store.StageDeadline) error {
	r, err := tx.Request(ctx, d.Tenant, d.RequestID, Everything)
	if err != nil {
		return err
	}
	st := r.Open()
	if r.State != sallyport.RequestPending || st == nil || st.ID != d.ID {
		return nil
	}
	var again *time.Time
	if d.What == "remind" {
		next := tx.Now().Add(max(st.Spec.RemindAfter, sallyport.Day).Std())
		again = &next
	}
	if ok, err := tx.ClearDeadline(ctx, d.Tenant, d.ID, d.What, again); err != nil || !ok {
		return err
	}
	res, err := tx.BareResource(ctx, d.Tenant, r.Resource.ID, Everything)
	if err != nil {
		return err
	}
	system := sallyport.System(d.Tenant)
	switch d.What {
	case "remind":
		j := jury{}
		for _, w := range r.WaitingFor {
			j.Approvers = append(j.Approvers, sallyport.Approver{ID: w.ID})
		}
		if err := s.event(ctx, tx, system, "stage.reminded", r, "", map[string]any{"stage": st.Name, "intended": j.ids()}); err != nil {
			return err
		}
		return s.askApproversTx(ctx, tx, d.Tenant, r, *st, j, "waits")
	case "escalate":
		return s.widenTx(ctx, tx, d.Tenant, r, res, *st, true, "stage.escalated")
	}
	return s.timeoutTx(ctx, tx, d.Tenant, r, res, *st)
}

// widenTx asks more people in an open stage: those it is escalated to, or whoever satisfies its expressions by now.
func (s *Service) widenTx(ctx context.Context, tx *store.Tx, tenant string, r sallyport.Request, res sallyport.Resource, st sallyport.Stage, escalated bool, verb string) error {
	j, err := s.juryTx(ctx, tx, tenant, r, res, st.Spec, escalated)
	if err != nil {
		return err
	}
	more := jury{Approvers: newTo(st, j), Need: j.Need, Fallback: j.Fallback}
	if len(more.Approvers) == 0 && j.Fallback == st.Fallback {
		return nil
	}
	if err := tx.AddApprovers(ctx, tenant, st.ID, more.Approvers); err != nil {
		return err
	}
	if err := tx.SetStageNeed(ctx, tenant, st.ID, j.Need, j.Fallback); err != nil {
		return err
	}
	body := map[string]any{"stage": st.Name, "intended": more.ids(), "need": j.Need}
	if j.Fallback != "" {
		body["fallback"] = j.Fallback
	}
	if err := s.event(ctx, tx, sallyport.System(tenant), verb, r, "", body); err != nil {
		return err
	}
	return s.askApproversTx(ctx, tx, tenant, r, st, more, "asks")
}

func (s *Service) timeoutTx(ctx context.Context, tx *store.Tx, tenant string, r sallyport.Request, res sallyport.Resource, st sallyport.Stage) error {
	system := sallyport.System(tenant)
	outcome := st.Spec.Timeout
	if outcome == "" {
		outcome = "deny"
	}
	if err := s.event(ctx, tx, system, "stage.timed_out", r, "", map[string]any{"stage": st.Name, "outcome": outcome}); err != nil {
		return err
	}
	switch outcome {
	case "approve":
		return s.closeStageTx(ctx, tx, system, r, res, st, "timed out: approved, as its flow says")
	case "fallback":
		st.Spec.EscalateTo = append(append([]string{}, st.Spec.Fallback...), append(r.Flow.Fallback, sallyport.ExprAdmins)...)
		if err := tx.EscalateStage(ctx, tenant, st); err != nil {
			return err
		}
		return s.widenTx(ctx, tx, tenant, r, res, st, true, "stage.escalated")
	}
	if _, err := tx.CloseStage(ctx, tenant, st.ID, sallyport.StageDenied, "timed out"); err != nil {
		return err
	}
	return s.denyTx(ctx, tx, system, r, "Nobody decided in time; this stage denies then.")
}

// closeRequestsTx closes what is pending about a resource or a person that is gone, with that cause (rule 13).
func (s *Service) closeRequestsTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, resourceID, userID, cause string) error {
	ids, err := tx.PendingIDs(ctx, actor.Tenant, resourceID, userID)
	if err != nil {
		return err
	}
	return s.closeAllTx(ctx, tx, actor, ids, cause)
}

// CloseForRoleTx closes what is pending for something as a role, where it becomes or ceases to be one: for its members, and
// for the members of other roles, which do not contain roles.
func (s *Service) CloseForRoleTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, id, cause string) error {
	ids, err := tx.PendingForRole(ctx, actor.Tenant, id)
	if err != nil {
		return err
	}
	return s.closeAllTx(ctx, tx, actor, ids, cause)
}

func (s *Service) closeAllTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, ids []string, cause string) error {
	for _, id := range ids {
		r, err := tx.Request(ctx, actor.Tenant, id, Everything)
		if err != nil {
			return err
		}
		if err := s.closeTx(ctx, tx, actor, r, sallyport.RequestCancelled, cause, ""); err != nil {
			return err
		}
	}
	return nil
}

// supersedeCoveredTx closes the pending request that a direct grant covers: same key, ends no earlier (rule 13).
func (s *Service) supersedeCoveredTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, g sallyport.Grant) error {
	r, ok, err := tx.PendingRequest(ctx, actor.Tenant, sallyport.Key{Subject: g.Subject.Kind, SubjectID: g.Subject.ID, ResourceID: g.Resource.ID,
		Relation: g.Relation, Parameters: string(g.Parameters)})
	if err != nil || !ok {
		return err
	}
	if !g.NoEnd {
		end := endOf(r, tx.Now())
		ends := g.EndsAt
		if ends == nil && g.Duration != nil {
			e := tx.Now().Add(g.Duration.Std())
			ends = &e
		}
		if r.NoEnd || ends == nil || ends.Before(end) {
			return nil
		}
	}
	r, err = tx.Request(ctx, actor.Tenant, r.ID, Everything)
	if err != nil {
		return err
	}
	return s.closeTx(ctx, tx, actor, r, sallyport.RequestSuperseded, "given directly by "+actorName(actor), g.ID)
}

// failRequestTx marks an approved request as failed: what it led to did not become real.
func (s *Service) failRequestTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, id, cause string) error {
	if id == "" {
		return nil
	}
	ok, err := tx.FailRequest(ctx, actor.Tenant, id, cause)
	if err != nil || !ok {
		return err
	}
	r, err := tx.Request(ctx, actor.Tenant, id, Everything)
	if err != nil {
		return err
	}
	if err := s.event(ctx, tx, actor, "request.failed", r, "", nil, store.Value{Name: "cause", Value: cause, UserID: r.Beneficiary.ID}); err != nil {
		return err
	}
	return s.tell(ctx, tx, actor.Tenant, parties(r), note{Kind: "request.failed", Dedupe: "failed:" + id, On: r.Resource,
		Titled: func(name string) string {
			return upperAbout(r, name) + " could not be " + map[bool]string{true: "made", false: "given"}[r.Kind == sallyport.RequestCreate]
		}, Body: cause, Link: "/requests/" + id})
}

// workDoneTx records what became of a work order: done or rejected, with the reason.
func (s *Service) workDoneTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, id, state, cause string) error {
	ok, err := tx.SetWork(ctx, actor.Tenant, id, state)
	if err != nil || !ok {
		return err
	}
	r, err := tx.Request(ctx, actor.Tenant, id, Everything)
	if err != nil {
		return err
	}
	if state == "rejected" {
		return s.failRequestTx(ctx, tx, actor, id, cause)
	}
	if err := s.event(ctx, tx, actor, "request.fulfilled", r, "", nil); err != nil {
		return err
	}
	return s.tell(ctx, tx, actor.Tenant, parties(r), note{Kind: "request.fulfilled", Dedupe: "fulfilled:" + id, On: r.Resource, Titled: then(" is done"), Body: cause, Link: "/requests/" + id})
}

func actorName(a sallyport.Actor) string {
	if a.IsSystem() {
		return "Sallyport"
	}
	return a.User.Name
}
