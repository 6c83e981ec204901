package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestGauges: what an operator watches is what waits, no more and no less.
func TestGauges(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := newWorld(t, db)
		ada := w.user("ada")
		read := func() (g store.Gauges) {
			t.Helper()
			w.view(func(ctx context.Context, tx *store.Tx) (err error) {
				g, err = tx.Gauges(ctx)
				return err
			})
			return g
		}
		w.sequence()
		if g := read(); g.OldestRemoval != 0 || g.EventBacklog != 0 || g.Queues["provisions"] != 0 || g.Queues["passed_ends"] != 0 || g.Queues["jobs"] != 0 {
			t.Errorf("nothing waits: %+v", g)
		}
		now := clock.Now()
		for i, p := range []struct {
			state     sallyport.ProvisionState
			due, fail *time.Time
		}{
			{sallyport.ProvisionAdding, at(now, -time.Minute), nil}, {sallyport.ProvisionAdding, at(now, time.Hour), at(now, -time.Hour)},
			{sallyport.ProvisionRemoving, at(now, -3*time.Minute), at(now, -time.Minute)}, {sallyport.ProvisionPresent, nil, nil}, {sallyport.ProvisionAbsent, nil, nil},
		} {
			r := w.resource(sallyport.KindApp, "app-"+string(rune('a'+i)), nil)
			w.exec(`INSERT INTO provisions (tenant_id, id, user_id, resource_id, relation, fulfilment, fulfilment_kind, state, since, due_since, next_at, failing_since, created_at)
				VALUES ($1,$2,$3,$4,'member','{}','connector',$5,1,$6,$6,$7,1)`, w.tenant, store.NewID("prv"), ada.ID, r.ID, p.state, store.MicrosPtr(p.due), store.MicrosPtr(p.fail))
		}
		vpn := w.resource(sallyport.KindApp, "vpn", nil)
		g := w.hold(ada, vpn, sallyport.Member)
		w.exec(`UPDATE grants SET no_end=FALSE, ends_at=$2 WHERE id=$1`, g.ID, store.Micros(now.Add(-time.Second)))
		w.update(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.AddJob(ctx, w.tenant, store.NewJob{Kind: "x"})
			return err
		})
		w.append(store.NewEvent{Verb: "thing.done", Actor: w.actor(ada), ObjectKind: "resource", ObjectID: vpn.ID})
		got := read()
		for kind, want := range map[string]int64{"provisions": 3, "provisions_due": 2, "failing": 2, "passed_ends": 1, "jobs": 1, "requests": 0, "tasks": 0, "deliveries": 0} {
			if got.Queues[kind] != want {
				t.Errorf("%s is %d, want %d", kind, got.Queues[kind], want)
			}
		}
		if got.OldestRemoval < 3*time.Minute || got.OldestRemoval > 3*time.Minute+time.Second || got.EventBacklog < 1 {
			t.Errorf("%+v", got)
		}
		w.sequence()
		if g := read(); g.EventBacklog != 0 {
			t.Errorf("%d events have no place", g.EventBacklog)
		}
	})
}

func at(t time.Time, d time.Duration) *time.Time {
	t = t.Add(d)
	return &t
}
