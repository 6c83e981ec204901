package access

import (
	"context"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// defaultDue is how long a task may take where the resource does not say.
const defaultDue = 2 * sallyport.Day

// openTask opens the task of a provision and tells those who do it.
func (s *Service) openTask(ctx context.Context, tx *store.Tx, p store.Provision, kind sallyport.TaskKind, leg store.Leg) error {
	res, err := tx.BareResource(ctx, p.Tenant, p.ResourceID, Everything)
	if err != nil {
		return err
	}
	grant, err := tx.LastGrant(ctx, p.Tenant, p.Key())
	if err != nil {
		return err
	}
	if kind == sallyport.TaskFulfil { // what a role gives has no grant of its own
		waiting, err := tx.WaitingGrants(ctx, p.Tenant, p.Key())
		if err != nil {
			return err
		}
		if grant = ""; len(waiting) > 0 {
			grant = waiting[len(waiting)-1]
		}
	}
	t := store.TaskRow{ProvisionID: p.ID, Task: sallyport.Task{Kind: kind, Resource: res.Ref(), Beneficiary: sallyport.UserRef{ID: p.UserID}, Relation: p.Relation,
		Parameters: []byte(p.Parameters), GrantID: grant, Instructions: leg.Steps}}
	if grant != "" {
		g, err := tx.Grant(ctx, p.Tenant, grant, Everything)
		if err != nil {
			return err
		}
		t.RequestID = g.RequestID
	}
	if kind == sallyport.TaskRemove && t.Instructions == "" {
		t.Instructions = "Take the access away, and say how you made sure that it is gone."
		if p.Pin.Physical {
			t.Instructions = "Collect it, and say where it is now."
		}
	}
	return s.openTx(ctx, tx, p.Tenant, res, leg.Fulfilment, &t)
}

// openWorkOrderTx opens the task of an approved work order, and returns its id.
func (s *Service) openWorkOrderTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request, res sallyport.Resource) (string, error) {
	who := r.Beneficiary.ID
	if r.Beneficiary.Kind != sallyport.SubjectUser {
		who = r.Requester.ID
	}
	t := store.TaskRow{Task: sallyport.Task{Kind: sallyport.TaskFulfil, Resource: res.Ref(), Beneficiary: sallyport.UserRef{ID: who}, Relation: sallyport.Member,
		Parameters: r.Parameters, RequestID: r.ID, Instructions: res.Fulfilment.Steps}}
	if len(t.Parameters) == 0 {
		t.Parameters = []byte("{}")
	}
	if err := s.openTx(ctx, tx, actor.Tenant, res, res.Fulfilment, &t); err != nil {
		return "", err
	}
	return t.ID, tx.OpenWork(ctx, actor.Tenant, r.ID)
}

func (s *Service) openTx(ctx context.Context, tx *store.Tx, tenant string, res sallyport.Resource, f sallyport.Fulfilment, t *store.TaskRow) error {
	due := f.Due
	if due <= 0 {
		due = defaultDue
	}
	t.DueAt = tx.Now().Add(due.Std())
	except := ""
	if t.Kind == sallyport.TaskFulfil {
		except = t.Beneficiary.ID
	}
	var people []string
	var err error
	if t.Assignee, people, err = s.assigneeTx(ctx, tx, tenant, res, f.Assignee, except); err != nil {
		return err
	}
	if err := tx.InsertTask(ctx, tenant, t); err != nil {
		return err
	}
	actor := sallyport.System(tenant)
	if _, err := tx.Append(ctx, store.NewEvent{Verb: "task.opened", Actor: actor, ObjectKind: "task", ObjectID: t.ID, Cause: t.RequestID, Refs: taskRefs(*t),
		Body: map[string]any{"kind": string(t.Kind), "resource_id": res.ID, "assignee_kind": t.Assignee.Kind, "assignee_id": t.Assignee.ID, "due_at": stamp(&t.DueAt)}}); err != nil {
		return err
	}
	s.taskChanged(tx, tenant, *t)
	return s.tell(ctx, tx, tenant, people, note{Kind: "task.opened", Dedupe: "task:" + t.ID, On: t.Resource, Titled: func(name string) string { return taskTitle(*t, name) }, Body: t.Instructions, Link: "/tasks/" + t.ID})
}

func taskTitle(t store.TaskRow, name string) string {
	what, between := "To do: ", " for "
	switch t.Kind {
	case sallyport.TaskRemove:
		what, between = "To take back: ", " from "
	case sallyport.TaskFollowUp:
		what, between = "To follow up: ", " of "
	}
	if t.Beneficiary.Name == "" {
		return what + name
	}
	return what + name + between + t.Beneficiary.Name
}

// assigneeTx finds who does a task, and the people that are told: the configured person or group, else the owners of the
// resource or its app, else admins (domain rule 7). Somebody other than except has to be among them.
func (s *Service) assigneeTx(ctx context.Context, tx *store.Tx, tenant string, res sallyport.Resource, configured, except string) (sallyport.Assignee, []string, error) {
	kind, name, _ := strings.Cut(configured, ":")
	switch kind {
	case "user":
		u, err := tx.User(ctx, tenant, name)
		if err != nil && sallyport.CodeOf(err) != sallyport.ENotFound {
			return sallyport.Assignee{}, nil, err
		}
		if err == nil && u.State == sallyport.UserActive && u.ID != except {
			return sallyport.Assignee{Kind: "user", ID: u.ID}, []string{u.ID}, nil
		}
	case "group":
		g, err := tx.BareResource(ctx, tenant, name, Everything)
		if err != nil && sallyport.CodeOf(err) != sallyport.ENotFound {
			return sallyport.Assignee{}, nil, err
		}
		if err == nil && g.DeletedAt == nil {
			people, err := s.doers(ctx, tx, tenant, g.ID, sallyport.Member, except)
			if err != nil || len(people) > 0 {
				return sallyport.Assignee{Kind: "group", ID: g.ID}, people, err
			}
		}
	}
	people, err := s.doers(ctx, tx, tenant, res.ID, sallyport.Owner, except)
	if err != nil {
		return sallyport.Assignee{}, nil, err
	}
	if len(people) == 0 && res.App != nil {
		if people, err = s.doers(ctx, tx, tenant, res.App.ID, sallyport.Owner, except); err != nil {
			return sallyport.Assignee{}, nil, err
		}
	}
	if len(people) > 0 {
		return sallyport.Assignee{Kind: "owners"}, people, nil
	}
	admins, err := s.adminIDs(ctx, tx, tenant)
	return sallyport.Assignee{Kind: "admins"}, admins, err
}

func (s *Service) doers(ctx context.Context, tx *store.Tx, tenant, resource string, rel sallyport.Relation, except string) ([]string, error) {
	users, err := tx.EffectiveUsers(ctx, tenant, resource, rel)
	ids := make([]string, 0, len(users))
	for _, u := range users {
		if u.ID != except {
			ids = append(ids, u.ID)
		}
	}
	return ids, err
}

func (s *Service) adminIDs(ctx context.Context, tx *store.Tx, tenant string) ([]string, error) {
	admins, err := s.Admins(ctx, tx, tenant)
	ids := make([]string, len(admins))
	for i, a := range admins {
		ids[i] = a.ID
	}
	return ids, err
}

func taskRefs(t store.TaskRow) []string {
	return []string{t.Beneficiary.ID, t.Resource.ID, t.RequestID, t.GrantID}
}

func (s *Service) taskChanged(tx *store.Tx, tenant string, t store.TaskRow) {
	topics := []string{"task:" + t.ID, "tasks"}
	if t.RequestID != "" {
		topics = append(topics, "request:"+t.RequestID)
	}
	if t.Assignee.Kind == "user" {
		topics = append(topics, "inbox:"+t.Assignee.ID)
	}
	tx.Changed(tenant, topics...)
}

// cancelTask closes a task that is no longer to be done, and tells whoever had claimed it.
func (s *Service) cancelTask(ctx context.Context, tx *store.Tx, actor sallyport.Actor, t store.TaskRow, why string) error {
	if _, err := tx.CloseTask(ctx, actor.Tenant, t.ID, "", sallyport.TaskCancelled, "", why); err != nil {
		return err
	}
	if _, err := tx.Append(ctx, store.NewEvent{Verb: "task.cancelled", Actor: actor, ObjectKind: "task", ObjectID: t.ID, Cause: t.RequestID, Refs: taskRefs(t),
		Body: map[string]any{"kind": string(t.Kind), "claimed": t.ClaimedBy != nil}}); err != nil {
		return err
	}
	s.taskChanged(tx, actor.Tenant, t)
	if t.ClaimedBy == nil {
		return nil
	}
	return s.tell(ctx, tx, actor.Tenant, []string{t.ClaimedBy.ID}, note{Kind: "task.cancelled", Dedupe: "cancelled:" + t.ID,
		On: t.Resource, Titled: then(" is no longer to be done"), Body: "The task was cancelled: " + why + ".", Link: "/tasks/" + t.ID})
}

// handOn gives a task to the resource's owners, else to admins.
func (s *Service) handOn(ctx context.Context, tx *store.Tx, actor sallyport.Actor, id, why string) error {
	t, err := tx.Task(ctx, actor.Tenant, id, Everything)
	if err != nil {
		return err
	}
	res, err := tx.BareResource(ctx, actor.Tenant, t.Resource.ID, Everything)
	if err != nil {
		return err
	}
	except := ""
	if t.Kind == sallyport.TaskFulfil {
		except = t.Beneficiary.ID
	}
	configured := ""
	if t.Assignee.Kind == "group" {
		configured = "group:" + t.Assignee.ID
	}
	to, people, err := s.assigneeTx(ctx, tx, actor.Tenant, res, configured, except)
	if err != nil {
		return err
	}
	if err := tx.AssignTask(ctx, actor.Tenant, id, to); err != nil {
		return err
	}
	if _, err := tx.Append(ctx, store.NewEvent{Verb: "task.reassigned", Actor: actor, ObjectKind: "task", ObjectID: id, Cause: t.RequestID, Refs: taskRefs(t),
		Body: map[string]any{"assignee_kind": to.Kind, "assignee_id": to.ID, "why": why}}); err != nil {
		return err
	}
	s.taskChanged(tx, actor.Tenant, t)
	return s.tell(ctx, tx, actor.Tenant, people, note{Kind: "task.opened", Dedupe: "handed:" + id + ":" + stamp(ptr(tx.Now())), On: t.Resource, Titled: func(name string) string { return taskTitle(t, name) }, Body: t.Instructions, Link: "/tasks/" + id})
}

func ptr[T any](v T) *T { return &v }
