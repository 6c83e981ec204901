package api

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

func (s *server) registerMessages() {
	type listInput struct {
		Paging
		Unread bool `query:"unread" doc:"Only those that were not read"`
	}
	handle(s, "list-messages", func(ctx context.Context, a sallyport.Actor, in *listInput) (*list[store.Message], error) {
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (store.List[store.Message], error) {
			return tx.Messages(ctx, a.Tenant, a.User.ID, in.Unread, in.page())
		})
		return &list[store.Message]{Body: l}, err
	})

	type readInput struct {
		Body struct {
			IDs []string `json:"ids,omitempty" maxItems:"200" doc:"Which; none named: all"`
		}
	}
	handle(s, "read-messages", func(ctx context.Context, a sallyport.Actor, in *readInput) (*one[Marked], error) {
		var m Marked
		err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
			n, err := tx.MarkRead(ctx, a.Tenant, a.User.ID, in.Body.IDs)
			m.Marked = int(n)
			return err
		})
		return body(m), err
	})
}

// Marked says how many messages were marked as read.
type Marked struct {
	Marked int `json:"marked"`
}
