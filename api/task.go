package api

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

type tasksInput struct {
	Paging
	Q        string `query:"q" maxLength:"200" doc:"In the names of resource and person"`
	Assignee string `query:"assignee" maxLength:"256" doc:"me includes tasks of the caller's groups that nobody or the caller claimed"`
	State    string `query:"state" enum:"open,claimed,done,rejected,cancelled,todo" doc:"todo is open or claimed"`
	User     string `query:"user" maxLength:"256" doc:"For whom"`
	Overdue  bool   `query:"overdue" doc:"Past their due date"`
	Kind     string `query:"kind" enum:"fulfil,remove,follow_up"`
	Request  string `query:"request" maxLength:"256"`
	Grant    string `query:"grant" maxLength:"256"`
	Resource string `query:"resource" maxLength:"256"`
}

func (s *server) registerTasks() {
	handle(s, "list-tasks", func(ctx context.Context, a sallyport.Actor, in *tasksInput) (*list[sallyport.Task], error) {
		f, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (f store.TaskFilter, err error) {
			f = store.TaskFilter{Q: in.Q, State: in.State, Kind: in.Kind, RequestID: in.Request, GrantID: in.Grant, Overdue: in.Overdue}
			if f.UserID, err = userID(ctx, tx, a, in.User); err != nil {
				return f, err
			}
			if f.Assignee, err = userID(ctx, tx, a, in.Assignee); err != nil {
				return f, err
			}
			f.ResourceID, err = resourceID(ctx, tx, a, in.Resource)
			return f, err
		})
		if err != nil {
			return nil, err
		}
		l, err := s.Access.Tasks(ctx, a, f, in.page())
		return &list[sallyport.Task]{Body: l}, err
	})

	for id, f := range map[string]func(context.Context, sallyport.Actor, string) (sallyport.Task, error){
		"get-task": s.task, "claim-task": s.claim, "unclaim-task": s.unclaim,
	} {
		handle(s, id, func(ctx context.Context, a sallyport.Actor, in *ByID) (*one[sallyport.Task], error) {
			t, err := f(ctx, a, in.ID)
			return body(t), err
		})
	}

	type completeInput struct {
		ByID
		Body struct {
			Evidence string `json:"evidence,omitempty" maxLength:"4000" doc:"How one can see that it is done"`
		}
	}
	handle(s, "complete-task", func(ctx context.Context, a sallyport.Actor, in *completeInput) (*one[sallyport.Task], error) {
		t, err := s.Access.Complete(ctx, a, in.ID, in.Body.Evidence)
		return body(t), err
	})
	handle(s, "reject-task", func(ctx context.Context, a sallyport.Actor, in *withReason) (*one[sallyport.Task], error) {
		t, err := s.Access.Reject(ctx, a, in.ID, in.Body.Reason)
		return body(t), err
	})
}

func (s *server) task(ctx context.Context, a sallyport.Actor, id string) (sallyport.Task, error) {
	return s.Access.Task(ctx, a, id)
}

func (s *server) claim(ctx context.Context, a sallyport.Actor, id string) (sallyport.Task, error) {
	return s.Access.Claim(ctx, a, id)
}

func (s *server) unclaim(ctx context.Context, a sallyport.Actor, id string) (sallyport.Task, error) {
	return s.Access.Unclaim(ctx, a, id)
}
