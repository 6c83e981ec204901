package access

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/store"
)

// Work is one leased provision and what a worker is to make true in its target.
type Work struct {
	store.Provision
	Want       bool // the holding should be there
	Connection string
	Version    int // of the connection's settings
	Holding    connector.Holding
	prepared   time.Time
}

// Prepare looks at a leased provision once more and writes down the attempt before anything outside happens. It reports
// false when there is nothing to do outside: the lease is lost, a person does it, or it has to wait; then the lease has
// been given back.
func (s *Service) Prepare(ctx context.Context, p store.Provision) (w Work, outside bool, err error) {
	var wait *hold
	err = s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		w, outside, wait = Work{}, false, nil
		cur, held, err := tx.Held(ctx, p)
		if err != nil || !held {
			return err
		}
		cur, outside, err = s.convergeTx(ctx, tx, cur)
		if err != nil {
			return err
		}
		cur.LeaseBy = p.LeaseBy
		defer func() {
			if err == nil && !outside { // no call is made for it
				err = tx.ReturnSlot(ctx, p)
			}
		}()
		w = Work{Provision: cur, prepared: tx.Now(), Want: cur.State == sallyport.ProvisionAdding || cur.State == sallyport.ProvisionPresent}
		leg := cur.Pin.Remove
		if w.Want {
			leg = cur.Pin.Add
		}
		if !outside && cur.RecheckAt != nil && !cur.RecheckAt.After(tx.Now()) && leg.Kind == sallyport.FulfilConnector {
			outside = true
		}
		if !outside {
			return s.rest(ctx, tx, cur)
		}
		wait, err = s.target(ctx, tx, &w, leg)
		if err != nil {
			return err
		}
		if wait != nil {
			outside = false
			return s.failTx(ctx, tx, cur, wait)
		}
		if !w.Want && w.Holding.Account == "" { // somebody without an account holds nothing there
			outside = false
			return s.settleTx(ctx, tx, w, cur, false)
		}
		if cur.State == sallyport.ProvisionAdding {
			_, err = tx.AttemptGrants(ctx, cur.Tenant, cur.Key())
		}
		return err
	})
	if err == nil && wait != nil && wait.connection != "" && s.puttingOff.TryLock() { // who comes second finds it done
		defer s.puttingOff.Unlock()
		err = s.DB.PutOff(ctx, w.Provision, wait.connection, wait.text(), firstAlarm, longestPause)
	}
	return w, outside && err == nil, err
}

// rest gives a lease back where there is nothing more to do for now.
func (s *Service) rest(ctx context.Context, tx *store.Tx, p store.Provision) error {
	p.NextAt = nil
	if p.RecheckAt != nil {
		if p.RecheckAt.After(tx.Now()) {
			p.NextAt = p.RecheckAt
		} else {
			p.RecheckAt = nil
		}
	}
	_, err := tx.ReleaseProvision(ctx, p)
	return err
}

// hold is why work has to wait. Paused work is not failing.
type hold struct {
	message, hint string
	paused        bool
	connection    string // id of the one that is paused: what else waits for it has to wait as well
	after         time.Duration
	class         connector.Class
}

func (h *hold) text() string {
	if h.hint == "" {
		return h.message
	}
	return h.message + ". " + h.hint
}

// pausedBy is the hold by a connection that is paused.
func pausedBy(c sallyport.Connection, after time.Duration) *hold {
	return &hold{message: "the connection " + c.Name + " is paused since " + sallyport.Moment(*c.PausedAt, ""), hint: "It goes on when the connection is resumed.", paused: true, connection: c.ID, after: after}
}

// longestPause is after how long work for a paused connection is looked at again at the latest; resuming has it looked at now.
const longestPause = time.Hour

// target finds what to write where. A non-nil hold says why that cannot be done now.
func (s *Service) target(ctx context.Context, tx *store.Tx, w *Work, leg store.Leg) (*hold, error) {
	if paused, err := tx.WritesPausedAt(ctx, w.Tenant); err != nil {
		return nil, err
	} else if paused != nil {
		return &hold{message: "writes to all targets are paused since " + sallyport.Moment(*paused, ""), hint: "An admin looks at the plan and lets them go on.", paused: true, after: time.Minute}, nil
	}
	ref := leg.ConnectionID
	if ref == "" {
		ref = leg.Connection
	}
	c, err := tx.Connection(ctx, w.Tenant, ref)
	if sallyport.CodeOf(err) == sallyport.ENotFound {
		return &hold{message: fmt.Sprintf("the connection %q does not exist", ref), hint: "Make it, or set another fulfilment for the resource.", class: connector.Config}, nil
	}
	if err != nil {
		return nil, err
	}
	if c.PausedAt != nil {
		return pausedBy(c, pausedFor(w.Provision, tx.Now())), nil
	}
	if leg.External == "" {
		return &hold{message: "the resource has no name in the target", hint: "Set fulfilment.target.", class: connector.Config}, nil
	}
	w.Connection, w.Version = c.ID, c.Version
	a, ok, err := tx.Account(ctx, w.Tenant, w.UserID, c.ID)
	if err != nil {
		return nil, err
	}
	if !ok && w.Want {
		return &hold{message: "the person has no account in " + c.Name, hint: "Make one there and let the connection be read (sync); it goes on by itself then.", class: connector.NotFound}, nil
	}
	w.Holding = connector.Holding{Account: a.ExternalID, Resource: leg.External, Relation: string(w.Relation)}
	if w.Parameters != "{}" {
		w.Holding.Parameters = w.Parameters
	}
	return nil, nil
}

// Settle records what a read-back of the target found, after comparing it with what ought to be now. When that is not the
// same, the provision is due again at once. A lease that was lost in the meantime means that somebody else is at work, who
// is made to look again, since this worker's write may have come after theirs.
func (s *Service) Settle(ctx context.Context, w Work, found bool) error {
	return s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		cur, held, err := tx.Held(ctx, w.Provision)
		if err != nil {
			return err
		}
		if !held {
			if cur.ID == "" {
				return nil
			}
			tx.Wake(w.Tenant)
			return s.lookAgain(ctx, tx, cur)
		}
		return s.settleTx(ctx, tx, w, cur, found)
	})
}

// lookAgain makes whoever holds the row, or the next worker, read the target once more.
func (s *Service) lookAgain(ctx context.Context, tx *store.Tx, p store.Provision) error {
	if err := tx.RecheckProvision(ctx, p.Tenant, p.ID); err != nil {
		return err
	}
	return tx.TouchProvision(ctx, p.Tenant, p.ID, tx.Now())
}

func (s *Service) settleTx(ctx context.Context, tx *store.Tx, w Work, cur store.Provision, found bool) error {
	now := tx.Now()
	actor := sallyport.System(cur.Tenant)
	want, err := tx.Wanted(ctx, cur.Tenant, cur.Key())
	if err != nil {
		return err
	}
	if want && !found && w.Want && cur.Generation == w.Generation {
		return s.failTx(ctx, tx, cur, &hold{message: "the target took the change, but does not show it", hint: "Look at the target's own log; it is tried again.", class: connector.Retry})
	}
	was, since := cur.State, cur.DueSince
	cur.LeaseBy, cur.Attempts, cur.Error, cur.FailingAt, cur.AlarmedAt, cur.NextAt = w.LeaseBy, 0, "", nil, nil, nil
	state := map[[2]bool]sallyport.ProvisionState{{true, true}: sallyport.ProvisionPresent, {true, false}: sallyport.ProvisionAdding,
		{false, true}: sallyport.ProvisionRemoving, {false, false}: sallyport.ProvisionAbsent}[[2]bool{want, found}]
	if state != was {
		cur.State, cur.Since = state, now
		tx.Changed(cur.Tenant, topicProgress(cur.ResourceID))
	}
	if want == found {
		cur.DueSince, cur.VerifiedAt = nil, &now
	} else {
		if cur.DueSince == nil || state != was {
			cur.DueSince = &now
		}
		cur.NextAt = &now
	}
	if cur.RecheckAt != nil {
		// Done with only if it was due before this read: a later wish is about a later write.
		if w.RecheckAt != nil && w.RecheckAt.Equal(*cur.RecheckAt) && !cur.RecheckAt.After(w.prepared) {
			cur.RecheckAt = nil
		} else if cur.NextAt == nil || cur.RecheckAt.Before(*cur.NextAt) {
			cur.NextAt = cur.RecheckAt
		}
	}
	if cur.Generation != w.Generation {
		cur.NextAt = &now
	}
	if done, err := tx.ReleaseProvision(ctx, cur); err != nil || !done {
		return err
	}
	tx.Wake(cur.Tenant)
	switch state {
	case sallyport.ProvisionPresent:
		return s.activateTx(ctx, tx, actor, cur.Key())
	case sallyport.ProvisionAbsent:
		return s.removedTx(ctx, tx, actor, cur, was, since)
	}
	return nil
}

// Fail records that a call to the target failed or was given up, and when to try again.
func (s *Service) Fail(ctx context.Context, w Work, cause error) error {
	return s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		cur, held, err := tx.Held(ctx, w.Provision)
		if err != nil || cur.ID == "" {
			return err
		}
		if !held {
			tx.Wake(w.Tenant)
			return s.lookAgain(ctx, tx, cur)
		}
		cur.LeaseBy = w.LeaseBy
		h := hold{message: "the target did not do it", hint: connector.HintOf(cause), after: connector.RetryAfter(cause), class: connector.ClassOf(cause)}
		var e *connector.Error
		var own *sallyport.Error
		switch {
		case errors.As(cause, &e):
			h.message = e.Error()
		case errors.As(cause, &own):
			h.message, h.hint = own.Message, own.Hint
		case errors.Is(cause, context.DeadlineExceeded), errors.Is(cause, context.Canceled):
			h.message = "the target did not answer in time"
		}
		if wait := connector.RetryAfter(cause); wait > 0 && w.Connection != "" { // what holds for this one holds for the next
			if err := tx.HoldPace(ctx, w.Tenant, w.Connection, tx.Now().Add(min(wait, longestRemove))); err != nil {
				return err
			}
		}
		if cur.Generation != w.Generation {
			h.after = 0
		}
		return s.failTx(ctx, tx, cur, &h)
	})
}

// The longest waits between two attempts: taking away is never left alone for long.
const (
	longestAdd    = 15 * time.Minute
	longestRemove = 5 * time.Minute
)

// backoff is 1 s, 2 s, 4 s … with some chance in it, up to the longest of the direction.
func backoff(attempts int, state sallyport.ProvisionState) time.Duration {
	longest := longestAdd
	if state != sallyport.ProvisionAdding {
		longest = longestRemove
	}
	wait := min(time.Second<<min(max(attempts-1, 0), 12), longest)
	return wait - wait/5 + rand.N(wait/5+1)
}

func (s *Service) failTx(ctx context.Context, tx *store.Tx, p store.Provision, h *hold) error {
	now := tx.Now()
	p.Error = h.text()
	wait := backoff(p.Attempts, p.State)
	if h.paused {
		wait, p.Attempts = h.after, 0
	} else if h.after > wait {
		wait = min(h.after, longestRemove)
	}
	next := now.Add(wait)
	p.NextAt = &next
	first := !h.paused && p.FailingAt == nil
	if first {
		p.FailingAt = &now
	}
	late, alarm := lateness(p, now)
	if alarm {
		p.AlarmedAt = &now
	}
	if done, err := tx.ReleaseProvision(ctx, p); err != nil || !done {
		return err
	}
	tx.Changed(p.Tenant, topicProgress(p.ResourceID))
	if first {
		tx.Changed(p.Tenant, "access:"+p.UserID, "resource:"+p.ResourceID)
	}
	actor := sallyport.System(p.Tenant)
	report := func(verb, title string, body map[string]any, dedupe string, tell bool) error {
		body["resource_id"], body["state"] = p.ResourceID, string(p.State)
		if _, err := tx.Append(ctx, store.NewEvent{Verb: verb, Actor: actor, ObjectKind: "provision", ObjectID: p.ID, Refs: []string{p.UserID, p.ResourceID}, Body: body,
			Values: []store.Value{{Name: "error", Value: p.Error, UserID: p.UserID}}}); err != nil || !tell {
			return err
		}
		res, err := tx.BareResource(ctx, p.Tenant, p.ResourceID, Everything)
		if err != nil {
			return err
		}
		admins, err := s.adminIDs(ctx, tx, p.Tenant)
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, p.Tenant, admins, note{Kind: verb, Dedupe: dedupe, Title: title + res.FullName(), Body: p.Error, Link: "/catalogue/" + res.Slug})
	}
	if first {
		// What the target refuses needs a person; what may work at the next try only shows in the lists.
		if err := report("provision.failing", "Cannot be fulfilled: ", map[string]any{"class": string(h.class)},
			"failing:"+p.ID+":"+stamp(&now), h.class != connector.Retry); err != nil {
			return err
		}
	}
	if !alarm {
		return nil
	}
	return report("provision.late", "Still not removed: ", map[string]any{"late_seconds": int64(late / time.Second)}, "late:"+p.ID+":"+stamp(&now), true)
}

// lateness says how long a removal is overdue, and whether it is time for an alarm: after 15 minutes, an hour, and daily.
func lateness(p store.Provision, now time.Time) (time.Duration, bool) {
	if p.State != sallyport.ProvisionRemoving || p.DueSince == nil {
		return 0, false
	}
	late := now.Sub(*p.DueSince)
	switch {
	case p.AlarmedAt == nil:
		return late, late >= firstAlarm
	case late >= time.Hour && p.AlarmedAt.Sub(*p.DueSince) < time.Hour:
		return late, true
	}
	return late, late >= 24*time.Hour && now.Sub(*p.AlarmedAt) >= 24*time.Hour
}

// firstAlarm is how late a removal is when admins are told.
const firstAlarm = 15 * time.Minute

// pausedFor is after how long work for a paused connection is looked at again: when lateness says more, or after the longest
// pause. Resuming does not hasten what is only to be checked.
func pausedFor(p store.Provision, now time.Time) time.Duration {
	if p.DueSince == nil {
		return time.Minute
	}
	if p.State == sallyport.ProvisionRemoving {
		for _, late := range []time.Duration{firstAlarm, time.Hour} {
			if d := p.DueSince.Add(late).Sub(now); d > 0 {
				return d
			}
		}
	}
	return longestPause
}
