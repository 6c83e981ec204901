package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// A node that stands still in the middle of a transaction, with a row locked, does not hold up the others: the server
// takes its locks back, and what it wanted is done when it goes on. On SQLite there is no other node.
func TestFrozenNodeLetsGo(t *testing.T) {
	address := storetest.Address(t, "postgres") + "&idle_in_transaction_session_timeout=300"
	nodes := [2]*store.DB{}
	for i := range nodes {
		db, err := store.Open(t.Context(), address, store.Options{Sealer: store.NewKeySealer([]byte("a key of the tests, 32 bytes ok!"))})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		nodes[i] = db
	}
	if _, err := nodes[0].EnsureTenant(t.Context(), "default", "Company"); err != nil {
		t.Fatal(err)
	}
	name := func(ctx context.Context, tx *store.Tx, add string) error {
		_, err := tx.Exec(ctx, `UPDATE tenants SET name = name || $1`, add)
		return err
	}
	frozen, wake, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	times := 0
	go func() {
		ended <- nodes[0].Update(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			times++
			if err := name(ctx, tx, " first"); err != nil {
				return err
			}
			if times == 1 {
				close(frozen)
				<-wake
			}
			return nil
		})
	}()
	<-frozen
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := nodes[1].Update(ctx, func(ctx context.Context, tx *store.Tx) error { return name(ctx, tx, " second") })
	close(wake)
	if err != nil {
		t.Errorf("another node waits for one that is frozen: %v", err)
	}
	if err := <-ended; err != nil || times != 2 {
		t.Errorf("the frozen one, when it went on: tried %d times, want 2: %v", times, err)
	}
	var got string
	err = nodes[1].View(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT name FROM tenants`, nil, &got)
	})
	if err != nil || got != "Company second first" {
		t.Errorf("the name is %q (%v), want what both added", got, err)
	}
}

// Unless the address of the database says otherwise, a transaction that writes may think for 15 seconds.
func TestWritesMayThinkForSoLong(t *testing.T) {
	db := storetest.Open(t, "postgres", store.Options{})
	var got string
	err := db.Update(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT current_setting('idle_in_transaction_session_timeout')`, nil, &got)
	})
	if err != nil || got != "15s" {
		t.Errorf("it is %q (%v)", got, err)
	}
}
