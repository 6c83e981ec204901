package api

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

type progressInput struct {
	ByID
	Role string `query:"role" maxLength:"256" doc:"Only of the people who have it by this role"`
	User string `query:"user" maxLength:"256" doc:"Only of this person; me is the caller"`
	All  string `query:"all" enum:"true,false" doc:"true: also what is in place"`
}

type pendingInput struct {
	ByID
	Paging
	Role      string `query:"role" maxLength:"256" doc:"Only who has it by this role"`
	User      string `query:"user" maxLength:"256"`
	Direction string `query:"direction" enum:"adding,removing"`
	State     string `query:"state" enum:"in_hand,waiting,by_hand,failing"`
	Q         string `query:"q" maxLength:"200" doc:"In name or login"`
}

type retryInput struct {
	ByID
	Body sallyport.Retry
}

func (s *server) registerProgress() {
	handle(s, "get-progress", func(ctx context.Context, a sallyport.Actor, in *progressInput) (*list[sallyport.Progress], error) {
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) ([]sallyport.Progress, error) {
			return s.Access.ProgressOf(ctx, tx, a, in.ID, in.Role, in.User, in.All == "true")
		})
		return whole(l), err
	})
	handle(s, "get-grant-progress", func(ctx context.Context, a sallyport.Actor, in *ByID) (*list[sallyport.Progress], error) {
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) ([]sallyport.Progress, error) {
			return s.Access.GrantProgress(ctx, tx, a, in.ID)
		})
		return whole(l), err
	})
	handle(s, "list-pending", func(ctx context.Context, a sallyport.Actor, in *pendingInput) (*list[sallyport.PendingPerson], error) {
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (store.List[sallyport.PendingPerson], error) {
			f := access.PendingPeople{Role: in.Role, User: in.User, Direction: sallyport.ProvisionState(in.Direction), State: in.State, Q: in.Q}
			return s.Access.PendingOf(ctx, tx, a, in.ID, f, in.page())
		})
		return &list[sallyport.PendingPerson]{Body: l}, err
	})
	handle(s, "retry", func(ctx context.Context, a sallyport.Actor, in *retryInput) (*one[sallyport.Retried], error) {
		n, err := s.Access.RetryNow(ctx, a, in.ID, in.Body)
		return body(sallyport.Retried{Tried: n}), err
	})
}
