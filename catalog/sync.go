package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/store"
)

// syncTimeout bounds the reading of a source.
const syncTimeout = 30 * time.Minute

// SyncOptions say what a run may do.
type SyncOptions struct {
	Preview      bool // plan only
	AcceptShrink bool // an admin saw that suspiciously much would go
	SkipInvalid  bool // of a file: leave out what is wrong, in place of applying nothing
}

// Sync reads a connection: the people and groups of a directory, and what the resources that it fulfils are held by in
// the target. The plan is applied in one transaction, or only kept when a preview was asked for. What came of it is in
// the result; a source that cannot be read whole changes nothing, and is no error of this call. Admins only.
func (s *Service) Sync(ctx context.Context, actor sallyport.Actor, ref string, o SyncOptions) (sallyport.Sync, error) {
	var run sallyport.Sync
	if err := needAdmin(actor, "read a directory"); err != nil {
		return run, err
	}
	var c sallyport.Connection
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if c, err = tx.Connection(ctx, actor.Tenant, ref); err != nil {
			return err
		}
		if c.PausedAt != nil {
			return sallyport.Errorf(sallyport.EPrecondition, "%s is paused", c.Name).WithHint("Resume it first.").WithRule("paused")
		}
		if err := tx.FailStaleSyncs(ctx, actor.Tenant, c.Slug, store.Micros(tx.Now().Add(-syncTimeout))); err != nil {
			return err
		}
		run = sallyport.Sync{Connection: c.Slug, Source: c.Slug, State: sallyport.SyncRunning}
		return tx.InsertSync(ctx, actor.Tenant, &run, c.ID, actor.User.ID)
	})
	if err != nil {
		return run, err
	}
	snap, held, err := s.readAll(ctx, actor.Tenant, c)
	if err != nil {
		return s.failed(ctx, actor, run, err)
	}
	return s.run(ctx, actor, run, snap, held, o)
}

// readAll reads everything that a connection is there for.
func (s *Service) readAll(ctx context.Context, tenant string, c sallyport.Connection) (*Snapshot, *heldThere, error) {
	ctx, cancel := context.WithTimeout(ctx, syncTimeout)
	defer cancel()
	con, err := s.Open(ctx, tenant, c.ID)
	if err != nil {
		return nil, nil, err
	}
	defer con.Close()
	var snap *Snapshot
	dir, isDirectory := con.(connector.Directory)
	if c.Directory && !isDirectory {
		return nil, nil, sallyport.Errorf(sallyport.EPrecondition, "%s is no source of people", c.Name).WithHint("Turn that off in its settings.")
	}
	if c.Directory {
		read, err := readDirectory(ctx, dir, c)
		if err != nil {
			return nil, nil, err
		}
		snap = &read
	}
	held, err := s.readHoldings(ctx, tenant, con, c, snap)
	return snap, held, err
}

// run plans and applies what was read.
func (s *Service) run(ctx context.Context, actor sallyport.Actor, run sallyport.Sync, snap *Snapshot, held *heldThere, o SyncOptions) (sallyport.Sync, error) {
	faults := []sallyport.Fault{}
	if snap != nil {
		faults = append(faults, snap.Faults...)
	}
	whole := func(ctx context.Context, tx *store.Tx) error {
		run.Plan, run.State, run.Error = sallyport.Plan{Items: []sallyport.PlanItem{}}, sallyport.SyncApplied, ""
		var dir *directoryPlan
		var err error
		if snap != nil {
			snap.Faults = append([]sallyport.Fault{}, faults...)
			again := *snap // the plan marks entries; what was read stays as it was for another try
			again.People = append([]Entrant{}, snap.People...)
			if dir, err = s.planDirectory(ctx, tx, actor.Tenant, &again); err != nil {
				return err
			}
			run.Plan = dir.Plan
		}
		rec, err := s.planHoldings(ctx, tx, actor.Tenant, held)
		if err != nil {
			return err
		}
		run.Plan.Join(rec.Plan)
		if run.Plan.Refused != "" && !(o.AcceptShrink && (actor.Admin || actor.IsSystem())) {
			run.State, run.Error = sallyport.SyncRefused, run.Plan.Refused
		}
		if o.Preview || run.State == sallyport.SyncRefused {
			if o.Preview {
				run.State = sallyport.SyncPreview
			}
			return tx.FinishSync(ctx, actor.Tenant, &run)
		}
		if dir != nil {
			if err := s.settle(ctx, tx, actor, dir); err != nil {
				return err
			}
		}
		if err := s.settleHoldings(ctx, tx, actor, held, rec); err != nil {
			return err
		}
		if err := tx.FinishSync(ctx, actor.Tenant, &run); err != nil {
			return err
		}
		tx.Changed(actor.Tenant, "syncs")
		if run.Plan.Empty() {
			return nil
		}
		_, err = tx.Append(ctx, store.NewEvent{Verb: "sync.applied", Actor: actor, ObjectKind: "sync", ObjectID: run.ID,
			Body: map[string]any{"source": run.Source, "creates": run.Creates, "changes": run.Changes, "removes": run.Removes, "accepted_shrink": run.Plan.Refused != ""}})
		return err
	}
	if err := s.DB.Update(ctx, whole); err != nil {
		return s.failed(ctx, actor, run, err)
	}
	if run.State == sallyport.SyncRefused {
		s.Log.WarnContext(ctx, "a sync was held back by the shrink guard", "source", run.Source, "why", run.Error)
	}
	return run, nil
}

// failed keeps why a run changed nothing.
func (s *Service) failed(ctx context.Context, actor sallyport.Actor, run sallyport.Sync, cause error) (sallyport.Sync, error) {
	s.Log.ErrorContext(ctx, "a sync failed; nothing was changed", "source", run.Source, "error", cause)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	run.State, run.Error, run.Plan = sallyport.SyncFailed, plainError(cause), sallyport.Plan{Items: []sallyport.PlanItem{}}
	var e *sallyport.Error
	if errors.As(cause, &e) {
		run.Error = e.Message
		if e.Hint != "" {
			run.Error += ". " + e.Hint
		}
	}
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		tx.Changed(actor.Tenant, "syncs")
		return tx.FinishSync(ctx, actor.Tenant, &run)
	})
	return run, err
}

// ImportPeople takes people and groups from a file, CSV or JSON. With anything wrong in it nothing is applied, and every
// fault is reported with its line, unless what is wrong may be left out. Admins only.
func (s *Service) ImportPeople(ctx context.Context, actor sallyport.Actor, name, text string, o SyncOptions) (sallyport.Sync, error) {
	run := sallyport.Sync{Source: sourceFile, State: sallyport.SyncRunning}
	if err := needAdmin(actor, "import people"); err != nil {
		return run, err
	}
	snap := ReadPeople(name, text)
	if len(snap.Faults) > 0 && (!o.SkipInvalid || len(snap.People) == 0) {
		return run, sallyport.Faults(snap.Faults)
	}
	if !o.SkipInvalid {
		// Unknown managers, circles, and what others have already are found by the plan, and count as wrong as well.
		var wrong []sallyport.Fault
		err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
			again := snap
			again.People = append([]Entrant{}, snap.People...)
			p, err := s.planDirectory(ctx, tx, actor.Tenant, &again)
			if err == nil {
				wrong = p.Faults
			}
			return err
		})
		if err != nil {
			return run, err
		}
		if err := sallyport.Faults(wrong); err != nil {
			return run, err
		}
	}
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		run.ID = ""
		return tx.InsertSync(ctx, actor.Tenant, &run, "", actor.User.ID)
	})
	if err != nil {
		return run, err
	}
	return s.run(ctx, actor, run, &snap, nil, o)
}

// RunDue reads the connections of all tenants whose periodic sync is due, one after another. It returns how many, and
// when the next one is due. Several workers may call it; each run is one's alone.
func (s *Service) RunDue(ctx context.Context) (n int, next *time.Time, err error) {
	var due []store.DueSync
	err = s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		due, next, err = tx.DueSyncs(ctx, 10)
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	for _, d := range due {
		mine := false
		err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
			c, err := tx.Connection(ctx, d.Tenant, d.Connection)
			if err != nil || c.SyncEvery == nil {
				return err
			}
			again := tx.Now().Add(c.SyncEvery.Std())
			if mine, err = tx.TakeSync(ctx, d, again); err == nil && (next == nil || again.Before(*next)) {
				next = &again
			}
			return err
		})
		if err != nil {
			return n, next, fmt.Errorf("take the sync of %s: %w", d.Connection, err)
		}
		if !mine {
			continue
		}
		n++
		if _, err := s.Sync(ctx, sallyport.System(d.Tenant), d.Connection, SyncOptions{}); err != nil {
			s.Log.ErrorContext(ctx, "a periodic sync could not run", "connection", d.Connection, "error", err)
		}
	}
	return n, next, nil
}
