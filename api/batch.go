package api

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// NewBatch is one operation on many grants: on those named, or on all that a filter finds now.
type NewBatch struct {
	Action   string               `json:"action" enum:"renew,end,review" doc:"review: mark as reviewed, not to be renewed"`
	Items    []sallyport.BatchRow `json:"items,omitempty" maxItems:"10000" doc:"Which grants, and how long where that is their own"`
	Filter   *ExpiringFilter      `json:"filter,omitempty" doc:"In place of items: all that it finds, at most 10000"`
	Duration *sallyport.Duration  `json:"duration,omitempty" doc:"For renewals: from now, e.g. P90D"`
	Until    *time.Time           `json:"until,omitempty" doc:"For renewals, in place of duration"`
	Reason   string               `json:"reason,omitempty" maxLength:"2000"`
	Atomic   bool                 `json:"atomic,omitempty" doc:"All or nothing, of at most 1000; default each row for itself"`
}

func (s *server) registerBatches() {
	type createInput struct{ Body NewBatch }
	handle(s, "create-batch", func(ctx context.Context, a sallyport.Actor, in *createInput) (*one[sallyport.Batch], error) {
		n := access.NewBatch{Action: in.Body.Action, Rows: in.Body.Items, Duration: in.Body.Duration, Until: in.Body.Until, Reason: in.Body.Reason, Atomic: in.Body.Atomic}
		if in.Body.Filter != nil {
			if *in.Body.Filter == (ExpiringFilter{}) {
				return nil, sallyport.Invalid("filter", "says nothing; say at least whose grants are meant: scope mine, owned or all")
			}
			f, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (store.ExpiringFilter, error) {
				return in.Body.Filter.store(ctx, tx, a)
			})
			if err != nil {
				return nil, err
			}
			n.Filter = &f
		}
		b, err := s.Access.StartBatch(ctx, a, n)
		if err == nil && call(ctx).trial {
			b, err = s.Access.TryBatch(ctx, a, b)
		}
		return body(b), err
	})
	handle(s, "list-batches", func(ctx context.Context, a sallyport.Actor, in *Paging) (*list[sallyport.Batch], error) {
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (store.List[sallyport.Batch], error) {
			return s.Access.Batches(ctx, tx, a, in.page())
		})
		return &list[sallyport.Batch]{Body: l}, err
	})
	handle(s, "get-batch", func(ctx context.Context, a sallyport.Actor, in *ByID) (*one[sallyport.Batch], error) {
		b, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (sallyport.Batch, error) {
			return s.Access.Batch(ctx, tx, a, in.ID)
		})
		return body(b), err
	})
	type itemsInput struct {
		ByID
		Paging
		State string `query:"state" enum:"waiting,renewed,ended,reviewed,asked,undone,refused,untouched"`
	}
	handle(s, "list-batch-items", func(ctx context.Context, a sallyport.Actor, in *itemsInput) (*list[sallyport.BatchItem], error) {
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (store.List[sallyport.BatchItem], error) {
			return s.Access.BatchItems(ctx, tx, a, in.ID, in.State, in.page())
		})
		return &list[sallyport.BatchItem]{Body: l}, err
	})
	handle(s, "undo-batch", func(ctx context.Context, a sallyport.Actor, in *withReason) (*one[sallyport.Batch], error) {
		b, err := s.Access.UndoBatch(ctx, a, in.ID, in.Body.Reason)
		if err == nil && call(ctx).trial {
			b, err = s.Access.TryBatch(ctx, a, b)
		}
		return body(b), err
	})
}
