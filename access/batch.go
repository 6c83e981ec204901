package access

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// NewBatch is a batch as submitted: rows, or a filter that finds them when it is submitted.
type NewBatch struct {
	Action   string // renew, end or review
	Rows     []sallyport.BatchRow
	Filter   *store.ExpiringFilter
	Duration *sallyport.Duration // for renew: of rows without a length of their own, from now
	Until    *time.Time
	Reason   string
	Atomic   bool
}

func (n NewBatch) check(now time.Time) error {
	if !slices.Contains([]string{sallyport.BatchRenew, sallyport.BatchEnd, sallyport.BatchReview}, n.Action) {
		return sallyport.Invalid("action", "%q is unknown; use renew, end or review", short(n.Action))
	}
	if (len(n.Rows) > 0) == (n.Filter != nil) {
		return sallyport.Invalid("items", "name grants, or give a filter: one of the two")
	}
	if len(n.Rows) > sallyport.MaxBatch {
		return sallyport.Invalid("items", "names %s grants; at most %s at once", count(len(n.Rows)), count(sallyport.MaxBatch))
	}
	if n.Atomic && len(n.Rows) > sallyport.MaxAtomicBatch {
		return tooManyForAll(len(n.Rows))
	}
	if err := checkWords("reason", n.Reason); err != nil {
		return err
	}
	var faults []sallyport.Fault
	length := func(path string, d *sallyport.Duration, until *time.Time, needed bool) {
		switch {
		case d == nil && until == nil && !needed:
		case n.Action != sallyport.BatchRenew:
			faults = append(faults, sallyport.Fault{Path: path, Message: "is for renewals alone; leave it out"})
		case d == nil && until == nil:
			faults = append(faults, sallyport.Fault{Path: path, Message: "is missing; say for how long (duration) or until when (until), for this row or for all"})
		case d != nil && until != nil:
			faults = append(faults, sallyport.Fault{Path: path, Message: "only one of duration and until can be given"})
		case d != nil && (*d < sallyport.MinDuration || *d > sallyport.MaxDuration):
			faults = append(faults, sallyport.Fault{Path: path, Message: "is out of range; use PT1S to P3650D"})
		case until != nil && !until.After(now):
			faults = append(faults, sallyport.Fault{Path: path, Message: "has passed already; choose a moment to come"})
		}
	}
	all := n.Duration != nil || n.Until != nil
	renews := n.Action == sallyport.BatchRenew
	length("duration", n.Duration, n.Until, renews && n.Filter != nil)
	seen := make(map[string]bool, len(n.Rows))
	for i, r := range n.Rows {
		at := "items[" + itoa(i) + "]"
		length(at+".duration", r.Duration, r.Until, renews && !all)
		if r.GrantID == "" || len(r.GrantID) > 64 {
			faults = append(faults, sallyport.Fault{Path: at + ".grant_id", Message: "names no grant"})
		}
		if seen[r.GrantID] {
			faults = append(faults, sallyport.Fault{Path: at + ".grant_id", Message: "names a grant that an earlier row names"})
		}
		if seen[r.GrantID] = true; len(faults) >= 20 {
			break
		}
	}
	return sallyport.Faults(faults)
}

func tooManyForAll(n int) error {
	return sallyport.Errorf(sallyport.EPrecondition, "%s grants are too many for all or nothing, which takes at most %s", count(n), count(sallyport.MaxAtomicBatch)).
		WithHint("Narrow the choice, or let each row stand for itself.").WithRule("batch.atomic")
}

// StartBatch writes a batch down; a worker does it. Whether the actor may is asked of each row when its turn comes.
// EPrecondition when a filter finds nothing, or more than a batch takes.
func (s *Service) StartBatch(ctx context.Context, actor sallyport.Actor, n NewBatch) (sallyport.Batch, error) {
	var b sallyport.Batch
	if err := n.check(s.DB.Now()); err != nil {
		return b, err
	}
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		id, err := tx.InsertBatch(ctx, actor, store.NewBatch{Action: n.Action, Atomic: n.Atomic, Reason: n.Reason, Duration: n.Duration, Until: n.Until})
		if err != nil {
			return err
		}
		rows := len(n.Rows)
		if n.Filter == nil {
			err = tx.AddBatchRows(ctx, actor.Tenant, id, n.Rows)
		} else {
			rows, err = tx.AddExpiringRows(ctx, actor.Tenant, id, Viewer(actor), *n.Filter, sallyport.MaxBatch+1)
		}
		switch {
		case err != nil:
			return err
		case rows == 0:
			return sallyport.Errorf(sallyport.EPrecondition, "nothing that ends matches these filters").WithHint("Load the list again; somebody may have been quicker.").WithRule("batch.empty")
		case rows > sallyport.MaxBatch:
			return sallyport.Errorf(sallyport.EPrecondition, "more than %d grants match; a batch takes no more", sallyport.MaxBatch).
				WithHint("Narrow the filters, by app or by date, and do it in parts.").WithRule("batch.size")
		case n.Atomic && rows > sallyport.MaxAtomicBatch:
			return tooManyForAll(rows)
		}
		if err := s.batchCreated(ctx, tx, actor, id, n.Action, n.Reason, rows, ""); err != nil {
			return err
		}
		b, err = tx.Batch(ctx, actor.Tenant, id, Viewer(actor))
		return err
	})
	return b, err
}

func (s *Service) batchCreated(ctx context.Context, tx *store.Tx, actor sallyport.Actor, id, action, reason string, rows int, undoOf string) error {
	body := map[string]any{"action": action, "rows": rows}
	if undoOf != "" {
		body["undo_of"] = undoOf
	}
	_, err := tx.Append(ctx, store.NewEvent{Verb: "batch.created", Actor: actor, ObjectKind: "batch", ObjectID: id, Cause: undoOf, Refs: []string{undoOf}, Body: body,
		Values: []store.Value{{Name: "reason", Value: reason, UserID: actor.User.ID}}})
	return err
}

// Batch finds a batch of the actor's own; auditors and admins find anybody's.
func (s *Service) Batch(ctx context.Context, tx *store.Tx, actor sallyport.Actor, id string) (sallyport.Batch, error) {
	b, err := tx.Batch(ctx, actor.Tenant, id, Viewer(actor))
	b.MayUndo = s.mayUndo(actor, b) == nil
	return b, err
}

// Batches lists batches as Batch finds them, newest first.
func (s *Service) Batches(ctx context.Context, tx *store.Tx, actor sallyport.Actor, p store.Page) (store.List[sallyport.Batch], error) {
	l, err := tx.Batches(ctx, actor.Tenant, Viewer(actor), p)
	for i := range l.Items {
		l.Items[i].MayUndo = s.mayUndo(actor, l.Items[i]) == nil
	}
	return l, err
}

// BatchItems lists what became of the rows of a batch, in their order, with the grants as far as the actor may see them.
func (s *Service) BatchItems(ctx context.Context, tx *store.Tx, actor sallyport.Actor, id, state string, p store.Page) (store.List[sallyport.BatchItem], error) {
	b, err := tx.Batch(ctx, actor.Tenant, id, Viewer(actor))
	if err != nil {
		return store.List[sallyport.BatchItem]{}, err
	}
	l, err := tx.BatchItems(ctx, actor.Tenant, b.ID, state, p)
	if err != nil {
		return l, err
	}
	return l, s.showGrants(ctx, tx, actor, l.Items)
}

// showGrants puts the grants into rows of a batch, as far as the actor may see them, with what the actor may do.
func (s *Service) showGrants(ctx context.Context, tx *store.Tx, actor sallyport.Actor, items []sallyport.BatchItem) error {
	ids := make([]string, len(items))
	for i, it := range items {
		ids[i] = it.GrantID
	}
	byID, err := tx.GrantsByID(ctx, actor.Tenant, Viewer(actor), ids)
	if err != nil {
		return err
	}
	list := slices.Collect(maps.Values(byID))
	if err := s.MarkGrants(ctx, tx, actor, list); err != nil {
		return err
	}
	for _, g := range list {
		byID[g.ID] = g
	}
	for i, it := range items {
		if g, ok := byID[it.GrantID]; ok {
			items[i].Grant = &g
		}
	}
	return nil
}

func (s *Service) mayUndo(actor sallyport.Actor, b sallyport.Batch) error {
	switch {
	case b.CreatedBy.ID != actor.User.ID && !actor.Admin:
		return sallyport.Errorf(sallyport.EForbidden, "only %s and admins take this back", b.CreatedBy.Name).WithRule("batch.undo")
	case b.State == sallyport.BatchWorking:
		return sallyport.Errorf(sallyport.EConflict, "this is still being done").WithHint("Wait until it is done.")
	case b.UndoneBy != "":
		return sallyport.Errorf(sallyport.EConflict, "this was taken back already, by %s", b.UndoneBy).WithHint("See what became of it there.")
	case b.Action == sallyport.BatchUndo:
		return sallyport.Errorf(sallyport.EPrecondition, "what took something back is not taken back itself").WithHint("Do it anew.").WithRule("batch.undo")
	case b.Counts.Ended > 0 && !b.Counts.Undoable():
		return sallyport.Errorf(sallyport.EPrecondition, "a grant that was ended cannot be brought back: rows are never edited away").
			WithHint("Give the access again, or let it be asked for.").WithRule("batch.undo")
	case !b.Counts.Undoable():
		return sallyport.Errorf(sallyport.EPrecondition, "nothing was changed, so there is nothing to take back").WithRule("batch.undo")
	}
	return nil
}

// UndoBatch takes back what can be taken back of a batch that is done, as a batch of its own whose rows say what became of
// each: a renewal goes back to the former end, a mark goes, a request that was filed is cancelled. What was ended stays
// ended. Once only: EConflict from the second time on.
func (s *Service) UndoBatch(ctx context.Context, actor sallyport.Actor, id, reason string) (sallyport.Batch, error) {
	var undo sallyport.Batch
	if err := checkWords("reason", reason); err != nil {
		return undo, err
	}
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		b, err := tx.Batch(ctx, actor.Tenant, id, Viewer(actor))
		if err != nil {
			return err
		}
		if err := s.mayUndo(actor, b); err != nil {
			return err
		}
		undoID, err := tx.InsertBatch(ctx, actor, store.NewBatch{Action: sallyport.BatchUndo, Reason: reason, UndoOf: b.ID})
		if store.IsUnique(err) {
			return sallyport.Errorf(sallyport.EConflict, "somebody took this back at this moment").WithHint("Load it again.")
		}
		if err != nil {
			return err
		}
		rows, err := tx.AddUndoRows(ctx, actor.Tenant, undoID, b.ID)
		if err != nil {
			return err
		}
		tx.Changed(actor.Tenant, "batch:"+b.ID)
		if err := s.batchCreated(ctx, tx, actor, undoID, sallyport.BatchUndo, reason, rows, b.ID); err != nil {
			return err
		}
		undo, err = tx.Batch(ctx, actor.Tenant, undoID, Viewer(actor))
		return err
	})
	return undo, err
}

// count writes how many, as the page does: 10,000.
func count(n int) string { return humanize.Comma(int64(n)) }
