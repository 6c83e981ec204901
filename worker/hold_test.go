package worker_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// TestTheFirstAttemptSetsAProvisionalEnd: from the first attempt on there is an end, which the read-back moves once and
// nothing after it; what never becomes real ends all the same (domain rule 5).
func TestTheFirstAttemptSetsAProvisionalEnd(t *testing.T) {
	eachClock(t, func(w *world) {
		g := w.give("ken", "vpn", hours(4))
		if g.EndsAt != nil {
			w.Fatalf("an end before any attempt: %v", g.EndsAt)
		}
		w.target.set(errors.New("down"))
		before := w.clock.Now()
		w.drain()
		g = w.grant(g.ID)
		if g.EndsAt == nil || g.ActivatedAt != nil || g.EndsAt.Before(before.Add(4*time.Hour)) || g.EndsAt.After(w.clock.Now().Add(4*time.Hour)) {
			w.Fatalf("after the first attempt: %+v", g)
		}
		provisional := *g.EndsAt
		w.clock.Advance(10 * time.Minute)
		w.drain()
		if g = w.grant(g.ID); !g.EndsAt.Equal(provisional) {
			w.Fatalf("another attempt moved the end from %v to %v", provisional, g.EndsAt)
		}
		w.target.set(nil)
		w.clock.Advance(20 * time.Minute)
		w.drain()
		if g = w.grant(g.ID); g.ActivatedAt == nil || !g.EndsAt.Equal(g.ActivatedAt.Add(4*time.Hour)) {
			w.Fatalf("after the read-back: %+v", g)
		}
		final := *g.EndsAt
		p := w.provision("ken", "vpn")
		w.clock.Advance(time.Hour)
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			return tx.VerifyProvisions(ctx, w.tenant, []string{p.ID})
		})
		w.drain()
		if g = w.grant(g.ID); !g.EndsAt.Equal(final) || !w.provision("ken", "vpn").VerifiedAt.After(final.Add(-4*time.Hour)) {
			w.Fatalf("a later read moved the end from %v to %v", final, g.EndsAt)
		}

		w.target.set(errors.New("down"))
		never := w.give("ada", "vpn", hours(4))
		w.drain()
		w.clock.Advance(5 * time.Hour)
		w.drain()
		if never = w.grant(never.ID); never.EndedAt == nil || never.ActivatedAt != nil {
			w.Fatalf("%+v", never)
		}
	})
}

// TestWritesPaused: while writes to targets are paused, as after a restore, nothing is added or taken away, and that is no
// failure. Who may what goes on as it is; afterwards the target follows.
func TestWritesPaused(t *testing.T) {
	eachClock(t, func(w *world) {
		over := w.give("ada", "vpn", hours(4))
		w.drain()
		pause := func(at any) {
			w.tx(func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE tenants SET writes_paused_at=$2 WHERE id=$1`, w.tenant, at)
				return err
			})
		}
		pause(store.Micros(w.clock.Now()))
		g := w.give("ken", "vpn", hours(9))
		w.clock.Advance(5 * time.Hour)
		w.drain()
		if w.target.has("vpn") != "ada" || w.target.count("add") != 1 || w.target.count("remove") != 0 {
			w.Fatalf("the target has %q after %v", w.target.has("vpn"), w.target.calls)
		}
		for _, login := range []string{"ada", "ken"} {
			if p := w.provision(login, "vpn"); !strings.Contains(p.Error, "paused") || p.FailingAt != nil {
				w.Fatalf("%s: %+v", login, p)
			}
		}
		if w.grant(over.ID).State != sallyport.GrantRevoking || w.grant(g.ID).State != sallyport.GrantGranting {
			w.Fatalf("%s, %s", w.grant(over.ID).State, w.grant(g.ID).State)
		}
		pause(nil)
		w.clock.Advance(time.Minute)
		w.drain()
		if w.target.has("vpn") != "ken" || w.grant(over.ID).State != sallyport.GrantEnded || w.grant(g.ID).State != sallyport.GrantActive {
			w.Fatalf("the target has %q; %s, %s", w.target.has("vpn"), w.grant(over.ID).State, w.grant(g.ID).State)
		}
	})
}

// pause pauses the connection at a moment; nil resumes it.
func (w *world) pause(at *time.Time) {
	w.Helper()
	w.con.PausedAt = at
	w.tx(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.UpdateConnection(ctx, w.tenant, &w.con, nil); err != nil || at != nil {
			return err
		}
		_, err := tx.HastenConnection(ctx, w.tenant, w.con.ID)
		return err
	})
}

// TestARoleOfAPausedConnection: what a role gives or takes through a paused connection waits from the start: nothing is taken up
// until removals are so late that somebody is told, or until it is resumed, which does everything at once.
func TestARoleOfAPausedConnection(t *testing.T) {
	eachClock(t, func(w *world) {
		for _, login := range []string{"ken", "ada", "eve"} {
			w.give(login, "engineer", nil)
		}
		w.drain()
		waits := func(lane store.Lane, until time.Duration) {
			w.Helper()
			w.tx(func(ctx context.Context, tx *store.Tx) error {
				at, err := tx.NextProvision(ctx, lane)
				if due := w.clock.Now().Add(until); err == nil && (at == nil || at.After(due) || at.Before(due.Add(-time.Second))) {
					w.Errorf("to %s is looked at %v, want %v", lane, at, w.clock.Now().Add(until))
				}
				return err
			})
			for _, login := range []string{"ken", "ada", "eve"} {
				if p := w.provision(login, "vpn"); !strings.Contains(p.Error, "paused since") || p.Attempts != 0 {
					w.Errorf("%s: %+v", login, p)
				}
			}
		}
		now := w.clock.Now()
		w.pause(&now)
		g := w.add(access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectRole, ID: w.res["engineer"].ID}, Resource: w.res["vpn"], Relation: sallyport.Member, NoEnd: true})
		waits(store.LaneAdd, time.Hour)
		w.drain()
		waits(store.LaneAdd, time.Hour)
		w.pause(nil)
		w.drain()
		if w.target.has("vpn") != "ada eve ken" {
			w.Fatalf("resumed, the target has %q", w.target.has("vpn"))
		}
		now = w.clock.Now()
		w.pause(&now)
		w.end(g.ID)
		w.drain()
		waits(store.LaneRemove, 15*time.Minute)
		w.clock.Advance(15 * time.Minute)
		w.drain()
		for _, login := range []string{"ken", "ada", "eve"} {
			if told := strings.Count(w.verbs(w.provision(login, "vpn").ID), "provision.late"); told != 1 {
				w.Errorf("of the removal of %s was told %d times", login, told)
			}
		}
		w.pause(nil)
		w.drain()
		if w.target.has("vpn") != "" {
			w.Fatalf("resumed, the target still has %q", w.target.has("vpn"))
		}
	})
}

// TestPausedConnection: what waits for a paused connection is put off together and not taken up one by one, each removal
// that is late is told of at its time all the same, and everything goes on at once when the connection is resumed.
func TestPausedConnection(t *testing.T) {
	eachClock(t, func(w *world) {
		people := []string{"ken", "ada", "eve"}
		take := func(lane store.Lane) {
			var some []store.Provision
			w.tx(func(ctx context.Context, tx *store.Tx) (err error) {
				some, err = tx.ClaimProvisions(ctx, store.Claim{Lane: lane, By: "test", Lease: time.Minute, Limit: 1})
				return err
			})
			if len(some) != 1 {
				w.Fatalf("%d are due to %s", len(some), lane)
			}
			if _, outside, err := w.s.Prepare(w.ctx, some[0]); err != nil || outside {
				w.Fatalf("a paused connection is written to: %v, %v", outside, err)
			}
		}
		waits := func(until time.Duration) {
			w.Helper()
			for _, login := range people {
				p := w.provision(login, "vpn")
				if !strings.Contains(p.Error, "paused") || p.FailingAt != nil || p.LeaseBy != "" || p.NextAt == nil || !p.NextAt.After(w.clock.Now()) || p.NextAt.After(w.clock.Now().Add(until)) {
					w.Fatalf("%s is not put off: %+v", login, p)
				}
			}
		}
		now := w.clock.Now()
		w.pause(&now)
		var grants []string
		for _, login := range people {
			grants = append(grants, w.give(login, "vpn", hours(40)).ID)
		}
		take(store.LaneAdd)
		waits(time.Hour)
		w.pause(nil)
		w.drain()
		if w.target.has("vpn") != "ada eve ken" {
			w.Fatalf("resumed, the target has %q", w.target.has("vpn"))
		}
		now = w.clock.Now()
		w.pause(&now)
		for _, id := range grants {
			w.end(id)
		}
		take(store.LaneRemove)
		waits(15 * time.Minute)
		for late, after := range []time.Duration{14 * time.Minute, 2 * time.Minute, 46 * time.Minute} {
			w.clock.Advance(after)
			w.drain()
			waits(time.Hour)
			for _, login := range people {
				if told := strings.Count(w.verbs(w.provision(login, "vpn").ID), "provision.late"); told != late {
					w.Fatalf("%v later: of the removal of %s was told %d times, want %d", after, login, told, late)
				}
			}
		}
		w.pause(nil)
		w.drain()
		if w.target.has("vpn") != "" {
			w.Fatalf("resumed, the target still has %q", w.target.has("vpn"))
		}
	})
}
