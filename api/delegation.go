package api

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
)

func (s *server) registerDelegations() {
	type listInput struct {
		User string `query:"user" maxLength:"256" doc:"Whose; default the caller's"`
	}
	handle(s, "list-delegations", func(ctx context.Context, a sallyport.Actor, in *listInput) (*list[sallyport.Delegation], error) {
		if in.User == "me" {
			in.User = ""
		}
		l, err := s.Access.Delegations(ctx, a, in.User)
		return whole(l), err
	})
	type createInput struct{ Body access.NewDelegation }
	handle(s, "create-delegation", func(ctx context.Context, a sallyport.Actor, in *createInput) (*one[sallyport.Delegation], error) {
		d, err := s.Access.Delegate(ctx, a, in.Body)
		return body(d), err
	})
	handle(s, "end-delegation", func(ctx context.Context, a sallyport.Actor, in *ByID) (*nothing, error) {
		return &nothing{}, s.Access.EndDelegation(ctx, a, in.ID)
	})
}
