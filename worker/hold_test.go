package worker_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
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
