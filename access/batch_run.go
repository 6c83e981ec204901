package access

import (
	"context"
	"errors"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// How a batch is worked on: some rows a transaction, some transactions in a row before another batch has its turn, under a
// lease that each transaction renews. A node that dies loses what its last transaction would have done, and no more.
const (
	batchChunk  = 50
	batchChunks = 8
	batchLease  = 15 * time.Second
	atomicLease = 2 * time.Minute
)

// errNotAll ends an all-or-nothing batch of which a row was refused.
var errNotAll = errors.New("a row was refused")

// RunBatches works on the batch that has waited longest. It returns 1 when it did something, and when the next may be worked on.
func (s *Service) RunBatches(ctx context.Context) (int, *time.Time, error) {
	var w store.BatchWork
	var ok bool
	next, err := s.DB.TakeDue(ctx, func(ctx context.Context, tx *store.Tx) (*time.Time, error) { return tx.NextBatch(ctx) },
		func(ctx context.Context, tx *store.Tx) (err error) {
			w, ok, err = tx.ClaimBatch(ctx, store.NewID("lease"), batchLease)
			return err
		})
	if err != nil || !ok {
		return 0, next, err
	}
	if w.Atomic {
		return 1, nil, s.runWhole(ctx, w)
	}
	for n := range batchChunks {
		more, err := s.runChunk(ctx, w, n == batchChunks-1)
		if err != nil || !more {
			return 1, nil, err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return 1, nil, nil
}

// runChunk does the next rows in one transaction, each as a savepoint of its own. last gives the batch back. It reports
// whether this node goes on with it.
func (s *Service) runChunk(ctx context.Context, w store.BatchWork, last bool) (more bool, err error) {
	err = s.DB.Join(ctx, func(ctx context.Context, tx *store.Tx) error {
		more = false
		until := tx.Now().Add(batchLease)
		if last {
			until = tx.Now()
		}
		if held, err := tx.KeepBatch(ctx, w, until); err != nil || !held {
			return err
		}
		items, err := tx.WaitingItems(ctx, w.Tenant, w.ID, batchChunk)
		if err != nil {
			return err
		}
		if err := s.doItems(ctx, tx, w, items); err != nil {
			return err
		}
		for _, it := range items {
			if done, err := tx.SettleItem(ctx, w.Tenant, w.ID, it); err != nil || !done {
				return changedMeanwhile(err)
			}
		}
		tx.Changed(w.Tenant, "batch:"+w.ID)
		if len(items) < batchChunk {
			return s.finishTx(ctx, tx, w, sallyport.BatchDone)
		}
		more = !last
		return nil
	})
	return more && err == nil, err
}

func changedMeanwhile(err error) error {
	if err == nil {
		err = sallyport.Errorf(sallyport.EUnavailable, "another node worked on the same rows; they are looked at again")
	}
	return err
}

// runWhole does all rows in one transaction, or none: then it writes which rows stood in the way.
func (s *Service) runWhole(ctx context.Context, w store.BatchWork) error {
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		return held(tx.KeepBatch(ctx, w, tx.Now().Add(atomicLease)))
	})
	if err != nil {
		return err
	}
	var items []sallyport.BatchItem
	err = s.DB.Join(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if err = held(tx.KeepBatch(ctx, w, tx.Now().Add(atomicLease))); err != nil {
			return err
		}
		if items, err = tx.WaitingItems(ctx, w.Tenant, w.ID, sallyport.MaxAtomicBatch); err != nil {
			return err
		}
		if err := s.doItems(ctx, tx, w, items); err != nil {
			return err
		}
		for _, it := range items {
			if it.State == sallyport.ItemRefused {
				return errNotAll
			}
		}
		for _, it := range items {
			if done, err := tx.SettleItem(ctx, w.Tenant, w.ID, it); err != nil || !done {
				return changedMeanwhile(err)
			}
		}
		return s.finishTx(ctx, tx, w, sallyport.BatchDone)
	})
	if !errors.Is(err, errNotAll) {
		return err
	}
	return s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := held(tx.KeepBatch(ctx, w, tx.Now().Add(atomicLease))); err != nil {
			return err
		}
		for _, it := range items {
			if it.State != sallyport.ItemRefused {
				continue
			}
			if done, err := tx.SettleItem(ctx, w.Tenant, w.ID, it); err != nil || !done {
				return changedMeanwhile(err)
			}
		}
		if err := tx.LeaveItems(ctx, w.Tenant, w.ID); err != nil {
			return err
		}
		return s.finishTx(ctx, tx, w, sallyport.BatchRefused)
	})
}

func held(ok bool, err error) error {
	if err == nil && !ok {
		err = changedMeanwhile(nil)
	}
	return err
}

func (s *Service) finishTx(ctx context.Context, tx *store.Tx, w store.BatchWork, state string) error {
	if err := held(tx.FinishBatch(ctx, w, state)); err != nil {
		return err
	}
	b, err := tx.Batch(ctx, w.Tenant, w.ID, Everything)
	if err != nil {
		return err
	}
	tx.Changed(w.Tenant, "batch:"+w.ID)
	c := b.Counts
	_, err = tx.Append(ctx, store.NewEvent{Verb: "batch.finished", Actor: sallyport.System(w.Tenant), ObjectKind: "batch", ObjectID: w.ID, Cause: w.UndoOf, Refs: []string{w.CreatedBy.ID, w.UndoOf},
		Body: map[string]any{"state": state, "rows": c.Total, "renewed": c.Renewed, "ended": c.Ended, "reviewed": c.Reviewed, "asked": c.Asked, "undone": c.Undone, "refused": c.Refused}})
	return err
}

// doItems does each row as whoever started the batch, with what they may do now, and writes into it what came of it. An
// error is one of the database: nothing of the transaction may stand.
func (s *Service) doItems(ctx context.Context, tx *store.Tx, w store.BatchWork, items []sallyport.BatchItem) error {
	actor, gone := tx.LoadActor(ctx, w.Tenant, w.CreatedBy.ID)
	if gone != nil && sallyport.CodeOf(gone) != sallyport.EUnauthenticated {
		return gone
	}
	actor.Via, actor.ViaID = w.Via, w.ViaID
	var former map[int]sallyport.BatchItem
	if w.UndoOf != "" && len(items) > 0 {
		var err error
		if former, err = tx.ItemsAt(ctx, w.Tenant, w.UndoOf, items[0].Position, items[len(items)-1].Position); err != nil {
			return err
		}
	}
	for i := range items {
		it, err := &items[i], gone
		if gone == nil {
			err = s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
				return s.doItem(ctx, tx, actor, w, former[it.Position], it)
			})
		}
		if err = s.settle(ctx, it, err); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) doItem(ctx context.Context, tx *store.Tx, actor sallyport.Actor, w store.BatchWork, former sallyport.BatchItem, it *sallyport.BatchItem) error {
	switch w.Action {
	case sallyport.BatchRenew:
		return s.renewItem(ctx, tx, actor, w, it)
	case sallyport.BatchEnd:
		g, err := s.End(ctx, actor, it.GrantID, w.Reason)
		it.State, it.EndsAt = sallyport.ItemEnded, g.EndedAt
		return err
	case sallyport.BatchReview:
		g, err := s.Review(ctx, actor, it.GrantID, w.Reason, w.ID)
		it.State, it.EndsAt = sallyport.ItemReviewed, g.EndsAt
		return err
	}
	return s.undoItem(ctx, tx, actor, w, former, it)
}

// settle words a refusal in the row. A fault of the program is the row's own too, so that it does not keep the others: what
// the row wrote is rolled back. Only when the database does not answer is the error returned, and all done again later.
func (s *Service) settle(ctx context.Context, it *sallyport.BatchItem, err error) error {
	if err == nil {
		return nil
	}
	code := sallyport.CodeOf(err)
	if code == sallyport.EUnavailable || ctx.Err() != nil {
		return err
	}
	it.State, it.EndsAt, it.NewGrantID, it.RequestID = sallyport.ItemRefused, nil, "", ""
	var e *sallyport.Error
	if !errors.As(err, &e) || code == sallyport.EInternal {
		s.Log.ErrorContext(ctx, "a row of a batch failed", "grant", it.GrantID, "error", err)
		it.Rule, it.Detail, it.Hint = string(sallyport.EInternal), "the server failed to do this row", "Try it alone; its log says what went wrong."
		return nil
	}
	it.Rule, it.Detail, it.Hint = e.Rule, e.Message, e.Hint
	if it.Rule == "" {
		it.Rule = string(e.Code)
	}
	return nil
}
