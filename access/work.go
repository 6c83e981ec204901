package access

import (
	"context"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Tasks lists tasks that the actor may see, those due first first.
func (s *Service) Tasks(ctx context.Context, actor sallyport.Actor, f store.TaskFilter, p store.Page) (store.List[sallyport.Task], error) {
	var out store.List[sallyport.Task]
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		l, err := tx.Tasks(ctx, actor.Tenant, Viewer(actor), f, p)
		out = store.List[sallyport.Task]{Items: make([]sallyport.Task, len(l.Items)), NextCursor: l.NextCursor, Total: l.Total}
		for i, t := range l.Items {
			out.Items[i] = shown(actor, t)
		}
		return err
	})
	return out, err
}

// Task finds one task that the actor may see.
func (s *Service) Task(ctx context.Context, actor sallyport.Actor, id string) (sallyport.Task, error) {
	var out sallyport.Task
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		t, err := tx.Task(ctx, actor.Tenant, id, Viewer(actor))
		out = shown(actor, t)
		return err
	})
	return out, err
}

func shown(actor sallyport.Actor, t store.TaskRow) sallyport.Task {
	may := mayDo(actor, t) == nil
	t.MayClaim = may && t.State == sallyport.TaskOpen
	t.MayComplete = may && (t.State == sallyport.TaskOpen || t.State == sallyport.TaskClaimed && t.ClaimedBy != nil && t.ClaimedBy.ID == actor.User.ID)
	return t.Task
}

// mayDo answers who does a task: those it is assigned to, or an admin when they cannot. Never the person whom it gives
// something (domain rule 8).
func mayDo(actor sallyport.Actor, t store.TaskRow) error {
	if t.Kind == sallyport.TaskFulfil && t.Beneficiary.ID == actor.User.ID {
		return sallyport.Errorf(sallyport.EForbidden, "this would give you %s, so somebody else has to do it", t.Resource.Name).
			WithHint("Ask a colleague who gets the same tasks.").WithRule("domain.8")
	}
	if !t.Mine && !actor.Admin && !(t.ClaimedBy != nil && t.ClaimedBy.ID == actor.User.ID) {
		return sallyport.Errorf(sallyport.EForbidden, "this task is not yours: it is for %s", assignee(t)).WithRule("task.assignee")
	}
	return nil
}

func assignee(t store.TaskRow) string {
	switch t.Assignee.Kind {
	case "owners":
		return "the owners of " + t.Resource.Name
	case "admins":
		return "admins"
	case "group":
		return "members of " + t.Assignee.Name
	}
	return t.Assignee.Name
}

func taken(actor sallyport.Actor, t store.TaskRow) error {
	switch t.State {
	case sallyport.TaskClaimed:
		return sallyport.Errorf(sallyport.EConflict, "%s claimed this on %s", t.ClaimedBy.Name, actor.Moment(*t.ClaimedAt)).WithHint("Choose another one, or ask them to put it back.")
	case sallyport.TaskOpen:
		return sallyport.Errorf(sallyport.EConflict, "somebody else changed this task at the same moment").WithHint("Load it again.")
	}
	by := ""
	if t.ClosedBy != nil {
		by = " by " + t.ClosedBy.Name
	}
	return sallyport.Errorf(sallyport.EConflict, "this task was %s%s already", closedWord(t.State), by).WithHint("Load it again; there is nothing left to do.")
}

func closedWord(st sallyport.TaskState) string {
	if st == sallyport.TaskDone {
		return "completed"
	}
	return string(st)
}

// act runs one step of a task: f reports whether the step was taken, else the caller is told who was first.
func (s *Service) act(ctx context.Context, actor sallyport.Actor, id, verb string, body map[string]any, values []store.Value,
	f func(ctx context.Context, tx *store.Tx, t store.TaskRow) (bool, error), after func(ctx context.Context, tx *store.Tx, t store.TaskRow) error) (sallyport.Task, error) {
	var out sallyport.Task
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		t, err := tx.Task(ctx, actor.Tenant, id, Viewer(actor))
		if err != nil {
			return err
		}
		if err := mayDo(actor, t); err != nil {
			return err
		}
		ok, err := f(ctx, tx, t)
		if err != nil {
			return err
		}
		if !ok {
			return taken(actor, t)
		}
		full := map[string]any{"kind": string(t.Kind), "resource_id": t.Resource.ID}
		for k, v := range body {
			full[k] = v
		}
		for i := range values {
			values[i].UserID = t.Beneficiary.ID
		}
		if _, err := tx.Append(ctx, store.NewEvent{Verb: verb, Actor: actor, ObjectKind: "task", ObjectID: id, Cause: t.RequestID, Refs: taskRefs(t), Body: full, Values: values}); err != nil {
			return err
		}
		if after != nil {
			if err := after(ctx, tx, t); err != nil {
				return err
			}
		}
		s.taskChanged(tx, actor.Tenant, t)
		if t, err = tx.Task(ctx, actor.Tenant, id, Everything); err != nil {
			return err
		}
		t.Mine = true
		out = shown(actor, t)
		return nil
	})
	return out, err
}

// Claim takes an open task for oneself, once: the second to press gets EConflict with the first one's name. Claiming a
// fulfilment sets the grant's provisional end (domain rule 5).
func (s *Service) Claim(ctx context.Context, actor sallyport.Actor, id string) (sallyport.Task, error) {
	return s.act(ctx, actor, id, "task.claimed", nil, nil,
		func(ctx context.Context, tx *store.Tx, t store.TaskRow) (bool, error) {
			return tx.ClaimTask(ctx, actor.Tenant, id, actor.User.ID)
		},
		func(ctx context.Context, tx *store.Tx, t store.TaskRow) error {
			if t.Kind != sallyport.TaskFulfil || t.ProvisionID == "" {
				return nil
			}
			_, err := tx.AttemptGrants(ctx, actor.Tenant, taskKey(t))
			return err
		})
}

func taskKey(t store.TaskRow) sallyport.Key {
	return sallyport.Key{Subject: sallyport.SubjectUser, SubjectID: t.Beneficiary.ID, ResourceID: t.Resource.ID, Relation: t.Relation, Parameters: string(t.Parameters)}
}

// Unclaim puts a task back for the others: by who claimed it, or by an admin.
func (s *Service) Unclaim(ctx context.Context, actor sallyport.Actor, id string) (sallyport.Task, error) {
	return s.act(ctx, actor, id, "task.unclaimed", nil, nil, func(ctx context.Context, tx *store.Tx, t store.TaskRow) (bool, error) {
		if t.ClaimedBy == nil {
			return false, nil
		}
		if t.ClaimedBy.ID != actor.User.ID && !actor.Admin {
			return false, nil
		}
		return tx.UnclaimTask(ctx, actor.Tenant, id, t.ClaimedBy.ID)
	}, nil)
}

// Complete says that a task is done, with what proves it. For a fulfilment that is the read-back: the grant becomes active
// and its time starts. An unclaimed task counts as claimed by who completes it.
func (s *Service) Complete(ctx context.Context, actor sallyport.Actor, id, evidence string) (sallyport.Task, error) {
	if err := checkWords("evidence", evidence); err != nil {
		return sallyport.Task{}, err
	}
	return s.act(ctx, actor, id, "task.completed", nil, []store.Value{{Name: "evidence", Value: evidence}},
		func(ctx context.Context, tx *store.Tx, t store.TaskRow) (bool, error) {
			return tx.CloseTask(ctx, actor.Tenant, id, actor.User.ID, sallyport.TaskDone, evidence, "")
		},
		func(ctx context.Context, tx *store.Tx, t store.TaskRow) error {
			if t.ProvisionID == "" {
				if t.RequestID == "" {
					return nil
				}
				return s.workDoneTx(ctx, tx, actor, t.RequestID, "done", "")
			}
			p, ok, err := tx.ProvisionByID(ctx, actor.Tenant, t.ProvisionID)
			if err != nil || !ok {
				return err
			}
			if t.Kind == sallyport.TaskRemove {
				err = s.absentTx(ctx, tx, actor, &p)
			} else {
				err = s.madeTx(ctx, tx, actor, &p)
			}
			if err != nil {
				return err
			}
			_, _, err = s.convergeTx(ctx, tx, p) // what ought to be may have changed, by the clock alone
			return err
		})
}

// Reject sends a task back with a reason: a fulfilment's grant ends and its request fails; the requester is told. What is
// to be taken away cannot be rejected.
func (s *Service) Reject(ctx context.Context, actor sallyport.Actor, id, reason string) (sallyport.Task, error) {
	if err := checkWords("reason", reason); err != nil {
		return sallyport.Task{}, err
	}
	if blank(reason) {
		return sallyport.Task{}, sallyport.Invalid("reason", "is empty; say why it cannot be done, the requester reads it")
	}
	return s.act(ctx, actor, id, "task.rejected", nil, []store.Value{{Name: "reason", Value: reason}},
		func(ctx context.Context, tx *store.Tx, t store.TaskRow) (bool, error) {
			if t.Kind == sallyport.TaskRemove {
				return false, sallyport.Errorf(sallyport.EPrecondition, "what is to be taken away stays to be done; it cannot be rejected").
					WithHint("Put it back for somebody else, or complete it and say what became of it.").WithRule("domain.6")
			}
			return tx.CloseTask(ctx, actor.Tenant, id, actor.User.ID, sallyport.TaskRejected, "", reason)
		},
		func(ctx context.Context, tx *store.Tx, t store.TaskRow) error {
			cause := "rejected by " + actor.User.Name + ": " + strings.TrimSpace(reason)
			if t.ProvisionID == "" {
				if t.RequestID == "" {
					return nil
				}
				return s.workDoneTx(ctx, tx, actor, t.RequestID, "rejected", cause)
			}
			return s.rejectedTx(ctx, tx, actor, t, cause)
		})
}

// rejectedTx ends every grant that waited for the task; the request of each fails, and requesters are told by that. What a
// role gives goes on being wanted: that is shown as failing, told to the resource's owners, and asked for again in a day.
func (s *Service) rejectedTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, t store.TaskRow, cause string) error {
	tenant := actor.Tenant
	p, ok, err := tx.ProvisionByID(ctx, tenant, t.ProvisionID)
	if err != nil || !ok {
		return err
	}
	if p.State == sallyport.ProvisionAdding {
		p.State, p.NextAt = sallyport.ProvisionAbsent, nil
		if err := tx.MoveProvision(ctx, &p); err != nil {
			return err
		}
	}
	ids, err := tx.WaitingGrants(ctx, tenant, taskKey(t))
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.endTx(ctx, tx, actor, id, cause, true); err != nil {
			return err
		}
	}
	want, err := tx.Wanted(ctx, tenant, p.Key())
	if err != nil || !want {
		return err
	}
	if p, ok, err = tx.ProvisionByID(ctx, tenant, t.ProvisionID); err != nil || !ok || p.State != sallyport.ProvisionAbsent {
		return err
	}
	again := tx.Now().Add(24 * time.Hour)
	p.State, p.NextAt = sallyport.ProvisionAdding, &again
	if err := tx.MoveProvision(ctx, &p); err != nil {
		return err
	}
	if err := tx.FailProvision(ctx, tenant, p.ID, cause); err != nil {
		return err
	}
	res, err := tx.BareResource(ctx, tenant, t.Resource.ID, Everything)
	if err != nil {
		return err
	}
	_, people, err := s.assigneeTx(ctx, tx, tenant, res, "", "")
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, tenant, people, note{Kind: "provision.failing", Dedupe: "rejected:" + t.ID, Title: res.FullName() + " cannot be given to " + t.Beneficiary.Name,
		Body: "A role gives it, and the task was " + cause + ". It is asked for again in a day.", Link: "/catalogue/" + res.Slug})
}

func checkWords(field, text string) error {
	if err := sallyport.CheckText(text, true); err != nil {
		return sallyport.Invalid(field, "%s", err)
	}
	if len(text) > sallyport.MaxReason {
		return sallyport.Invalid(field, "is longer than %d bytes", sallyport.MaxReason)
	}
	return nil
}
