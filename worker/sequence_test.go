package worker_test

import (
	"context"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
	"github.com/sallyport/sallyport/worker"
)

// TestSequencerIsPrompt: an event has its place soon after its commit, without waiting for a sweep; and a sweep finds what
// was there before.
func TestSequencerIsPrompt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tenant, err := db.EnsureTenant(t.Context(), "default", "Example") // an event from before the sequencer runs
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			worker.Sequencer{DB: db, Delay: 10 * time.Millisecond, Every: time.Hour}.Run(ctx)
		}()
		placed := func(want int) {
			t.Helper()
			for limit := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
				var n int
				if err := db.View(t.Context(), func(ctx context.Context, tx *store.Tx) error {
					return tx.Row(ctx, `SELECT count(*) FROM events WHERE tenant_id = $1 AND leaf_index IS NOT NULL`, []any{tenant}, &n)
				}); err != nil {
					t.Fatal(err)
				}
				if n == want {
					return
				}
				if time.Now().After(limit) {
					t.Fatalf("%d events have a place, want %d", n, want)
				}
			}
		}
		placed(1)
		for i := range 3 {
			if err := db.Update(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Append(ctx, store.NewEvent{Verb: "thing.done", Actor: sallyport.System(tenant), ObjectKind: "thing", ObjectID: "thing_1"})
				return err
			}); err != nil {
				t.Fatal(err)
			}
			placed(2 + i)
		}
		stop()
		<-done
	})
}
