package access

import (
	"context"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Request reads one request as the actor may see it: sensitive answers only for those whom domain rule 24 names, and with
// what the actor may do.
func (s *Service) Request(ctx context.Context, actor sallyport.Actor, id string) (sallyport.Request, error) {
	var r sallyport.Request
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if r, err = tx.Request(ctx, actor.Tenant, id, Viewer(actor)); err != nil {
			return err
		}
		if r.GrantID != "" {
			g, err := tx.Grant(ctx, actor.Tenant, r.GrantID, Everything)
			if err != nil {
				return err
			}
			r.Grant = &g
		}
		return s.showTx(ctx, tx, actor, &r)
	})
	return r, err
}

// Requests lists requests as the actor may see them. Who would decide later stages is not computed in lists.
func (s *Service) Requests(ctx context.Context, actor sallyport.Actor, f store.RequestFilter, p store.Page) (store.List[sallyport.Request], error) {
	var out store.List[sallyport.Request]
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if out, err = tx.Requests(ctx, actor.Tenant, Viewer(actor), f, p); err != nil {
			return err
		}
		if f.Hints {
			if err := tx.RequestHints(ctx, actor.Tenant, Viewer(actor), out.Items); err != nil {
				return err
			}
		}
		delegators, err := tx.Delegators(ctx, actor.Tenant, actor.User.ID)
		if err != nil {
			return err
		}
		for i := range out.Items {
			r := &out.Items[i]
			st := r.Open()
			r.MayCancel = r.State == sallyport.RequestPending && (actor.Admin || r.Requester.ID == actor.User.ID || r.Beneficiary.IsUser(actor.User.ID))
			r.MayVote = st != nil && s.wasAsked(actor, *st, delegators) && !hasVoted(*st, actor.User.ID) &&
				(r.Flow.AllowSelf || !r.Concerns(actor.User.ID))
			r.Next = next(*r, nil, "")
			redact(r, actor.Auditor || r.Requester.ID == actor.User.ID || everAsked(*r, actor.User.ID))
			r.Form, r.Snapshot = nil, nil
		}
		return nil
	})
	return out, err
}

func (s *Service) wasAsked(actor sallyport.Actor, st sallyport.Stage, delegators []sallyport.UserRef) bool {
	return slices.ContainsFunc(st.Approvers, func(a sallyport.Approver) bool {
		return a.ID == actor.User.ID || slices.ContainsFunc(delegators, func(d sallyport.UserRef) bool { return d.ID == a.ID })
	})
}

func hasVoted(st sallyport.Stage, id string) bool {
	return slices.ContainsFunc(st.Votes, func(v sallyport.Vote) bool { return v.By.ID == id || (v.OnBehalfOf != nil && v.OnBehalfOf.ID == id) })
}

func everAsked(r sallyport.Request, id string) bool {
	return slices.ContainsFunc(r.Stages, func(st sallyport.Stage) bool {
		return slices.ContainsFunc(st.Approvers, func(a sallyport.Approver) bool { return a.ID == id }) || hasVoted(st, id)
	})
}

// showTx fills what depends on who looks, and who would be asked in stages that have not started.
func (s *Service) showTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r *sallyport.Request) error {
	res, err := tx.BareResource(ctx, actor.Tenant, r.Resource.ID, Everything)
	if err != nil {
		return err
	}
	if r.State == sallyport.RequestPending {
		for i := range r.Stages {
			if st := &r.Stages[i]; st.State == sallyport.StageWaiting {
				j, err := s.juryTx(ctx, tx, actor.Tenant, *r, res, st.Spec, false)
				if err != nil && sallyport.CodeOf(err) != sallyport.EPrecondition {
					return err
				}
				st.Approvers, st.Need, st.Fallback = j.Approvers, max(j.Need, 1), j.Fallback
				if st.Approvers == nil {
					st.Approvers = []sallyport.Approver{}
				}
			}
		}
		_, _, _, err := s.mayVoteTx(ctx, tx, actor, *r, res)
		r.MayVote = err == nil
		if r.MayCancel, err = s.mayCancelTx(ctx, tx, actor, *r); err != nil {
			return err
		}
	}
	hand, err := hands(ctx, tx, actor.Tenant, res)
	if err != nil {
		return err
	}
	r.Next = next(*r, &res, hand)
	reads := actor.Auditor || actor.IsSystem() || r.Requester.ID == actor.User.ID || r.MayVote || everAsked(*r, actor.User.ID)
	if !reads && len(r.TaskIDs) > 0 && r.Form != nil && len(r.Form.Sensitive()) > 0 {
		if reads, err = tx.FulfilsRequest(ctx, actor.Tenant, r.ID, actor.User.ID); err != nil {
			return err
		}
	}
	redact(r, reads)
	return nil
}

// redact takes sensitive answers out for those who may not read them (domain rule 24).
func redact(r *sallyport.Request, reads bool) {
	if r.Form == nil || reads {
		return
	}
	for _, name := range r.Form.Sensitive() {
		if _, ok := r.Answers[name]; ok {
			delete(r.Answers, name)
			r.Redacted = append(r.Redacted, name)
		}
	}
}

// next says in words what happens next.
func next(r sallyport.Request, res *sallyport.Resource, hand string) string {
	switch r.State {
	case sallyport.RequestPending:
		for _, st := range r.Stages {
			if st.State == sallyport.StageWaiting {
				return "then " + st.Name
			}
		}
		if r.Kind == sallyport.RequestCreate {
			return "then it is made at once"
		}
		if res == nil {
			return "then it is granted"
		}
		return "then " + fulfilWords(*res, hand)
	case sallyport.RequestApproved:
		if r.Fulfilment != nil && r.Fulfilment.State == "open" {
			return "being done"
		}
		if r.Grant != nil {
			switch r.Grant.State {
			case sallyport.GrantGranting:
				return "being made real"
			case sallyport.GrantFailing:
				return "being tried again; the target refuses so far"
			}
		}
	}
	return ""
}

// hands says in words who does by hand what a resource needs; "" when nothing is done by hand.
func hands(ctx context.Context, tx *store.Tx, tenant string, res sallyport.Resource) (string, error) {
	if res.Fulfilment.Kind != sallyport.FulfilManual {
		return "", nil
	}
	switch kind, name, _ := strings.Cut(res.Fulfilment.Assignee, ":"); kind {
	case "group":
		group, err := tx.BareResource(ctx, tenant, name, Everything)
		if err == nil {
			return "the group " + group.Name, nil
		}
		if sallyport.CodeOf(err) != sallyport.ENotFound {
			return "", err
		}
	case "user":
		u, err := tx.User(ctx, tenant, name)
		if err == nil {
			return u.Name, nil
		}
		if sallyport.CodeOf(err) != sallyport.ENotFound {
			return "", err
		}
	}
	return "its owners", nil // as a task that opens now would be given to them
}

func fulfilWords(res sallyport.Resource, hand string) string {
	switch res.Fulfilment.Kind {
	case sallyport.FulfilManual:
		if res.Kind == sallyport.KindWorkOrder {
			return "a task for " + hand + ": do it"
		}
		if res.Physical {
			return "a task for " + hand + ": hand it over"
		}
		return "a task for " + hand + ": set it up"
	case sallyport.FulfilConnector:
		return "it is set up in " + res.Fulfilment.Connection + " by itself, within seconds"
	}
	return "it is active at once"
}

// Remind tells those who are waited for again: by requester, beneficiary or an admin, at most once an hour.
func (s *Service) Remind(ctx context.Context, actor sallyport.Actor, id string) error {
	return s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		r, err := tx.Request(ctx, actor.Tenant, id, Viewer(actor))
		if err != nil {
			return err
		}
		if !actor.Admin && r.Requester.ID != actor.User.ID && !r.Beneficiary.IsUser(actor.User.ID) {
			return sallyport.Errorf(sallyport.EForbidden, "only the people it is about and admins remind its approvers")
		}
		st := r.Open()
		if r.State != sallyport.RequestPending || st == nil {
			return decided(actor, r)
		}
		j := jury{}
		for _, w := range r.WaitingFor {
			j.Approvers = append(j.Approvers, sallyport.Approver{ID: w.ID})
		}
		if err := s.event(ctx, tx, actor, "request.reminded", r, "", map[string]any{"stage": st.Name, "intended": j.ids()}); err != nil {
			return err
		}
		return s.askApproversTx(ctx, tx, actor.Tenant, r, *st, j, "waits")
	})
}

// ReplaceApprovers names others for the open stage of a stuck request: by an admin, with a reason (rule 8). Being admin
// gives no vote.
func (s *Service) ReplaceApprovers(ctx context.Context, actor sallyport.Actor, id string, exprs []string, reason string) (sallyport.Request, error) {
	var faults []sallyport.Fault
	for _, e := range exprs {
		if err := sallyport.CheckExpr(e); err != nil {
			faults = append(faults, sallyport.Fault{Path: "approvers", Message: err.Error()})
		}
	}
	if len(exprs) == 0 {
		faults = append(faults, sallyport.Fault{Path: "approvers", Message: "is empty: nobody could decide"})
	}
	if err := sallyport.Faults(faults); err != nil {
		return sallyport.Request{}, err
	}
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		r, err := tx.Request(ctx, actor.Tenant, id, Viewer(actor))
		if err != nil {
			return err
		}
		if !actor.Admin {
			return sallyport.Errorf(sallyport.EForbidden, "only admins replace the approvers of a request").WithRule("domain.8")
		}
		st := r.Open()
		if r.State != sallyport.RequestPending || st == nil {
			return decided(actor, r)
		}
		if blank(reason) || sallyport.CheckReason(reason) != nil {
			return &sallyport.Error{Code: sallyport.EPrecondition, Rule: "domain.8", Message: "replacing approvers needs a reason", Hint: "Say why they are stuck."}
		}
		res, err := tx.BareResource(ctx, actor.Tenant, r.Resource.ID, Everything)
		if err != nil {
			return err
		}
		before := st.Spec.Approvers
		st.Spec.Approvers, st.Spec.Fallback = exprs, nil
		j, err := s.juryTx(ctx, tx, actor.Tenant, r, res, st.Spec, st.Escalated)
		if err != nil {
			return err
		}
		st.Approvers, st.Need, st.Fallback = j.Approvers, j.Need, j.Fallback
		if err := tx.ReplaceApprovers(ctx, actor.Tenant, *st); err != nil {
			return err
		}
		if err := tx.RaiseVersion(ctx, actor.Tenant, r.ID); err != nil {
			return err
		}
		if err := s.event(ctx, tx, actor, "stage.approvers_replaced", r, "", map[string]any{"stage": st.Name, "before": before, "after": exprs, "intended": j.ids()},
			store.Value{Name: "reason", Value: reason, UserID: actor.User.ID}); err != nil {
			return err
		}
		r.Version++
		return s.askApproversTx(ctx, tx, actor.Tenant, r, *st, j, "asks")
	})
	if err != nil {
		return sallyport.Request{}, err
	}
	return s.Request(ctx, actor, id)
}
