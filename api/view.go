package api

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

func (s *server) registerViews() {
	type listInput struct {
		Page string `query:"page" maxLength:"40" doc:"Of one table alone"`
	}
	handle(s, "list-views", func(ctx context.Context, a sallyport.Actor, in *listInput) (*list[sallyport.View], error) {
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) ([]sallyport.View, error) {
			return tx.Views(ctx, a.Tenant, a.User.ID, in.Page)
		})
		return whole(l), err
	})
	type createInput struct{ Body access.NewView }
	handle(s, "create-view", func(ctx context.Context, a sallyport.Actor, in *createInput) (*one[sallyport.View], error) {
		v, err := s.Access.SaveView(ctx, a, in.Body)
		return body(v), err
	})
	handle(s, "delete-view", func(ctx context.Context, a sallyport.Actor, in *ByID) (*nothing, error) {
		return &nothing{}, s.Access.DeleteView(ctx, a, in.ID)
	})
}
