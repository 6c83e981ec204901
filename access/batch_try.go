package access

import (
	"context"
	"errors"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// TryBatch does at once all rows of a batch that was just started, as the worker would, and says what became of them: how
// many, and of those that were refused which and why. It is for a rehearsal: the caller takes the transaction back.
// EPrecondition where more rows wait than a rehearsal does.
func (s *Service) TryBatch(ctx context.Context, actor sallyport.Actor, b sallyport.Batch) (sallyport.Batch, error) {
	if b.Counts.Waiting > sallyport.MaxTriedBatch {
		return b, sallyport.Errorf(sallyport.EPrecondition, "%s grants are too many to try out; at most %s are", count(b.Counts.Waiting), count(sallyport.MaxTriedBatch)).
			WithHint("Narrow the choice, and try it in parts.").WithRule("batch.try")
	}
	w := store.BatchWork{Tenant: actor.Tenant, Batch: b, Via: actor.Via, ViaID: actor.ViaID}
	state := sallyport.BatchDone
	var items []sallyport.BatchItem
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if items, err = tx.WaitingItems(ctx, w.Tenant, w.ID, sallyport.MaxTriedBatch); err != nil {
			return err
		}
		if err := s.doItems(ctx, tx, w, items); err != nil {
			return err
		}
		for _, it := range items {
			if w.Atomic && it.State == sallyport.ItemRefused {
				return errNotAll
			}
		}
		return nil
	})
	if errors.Is(err, errNotAll) {
		state, err = sallyport.BatchRefused, nil
	}
	if err != nil {
		return b, err
	}
	b.State, b.Counts = state, sallyport.BatchCounts{}
	for _, it := range items {
		if state == sallyport.BatchRefused && it.State != sallyport.ItemRefused {
			it.State = sallyport.ItemUntouched
		}
		b.Counts.Add(it.State, 1)
		if it.State == sallyport.ItemRefused && len(b.Refusals) < sallyport.MaxRefusals {
			b.Refusals = append(b.Refusals, it)
		}
	}
	b.RefusalsCut = b.Counts.Refused - len(b.Refusals)
	return b, s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error { return s.showGrants(ctx, tx, actor, b.Refusals) })
}
