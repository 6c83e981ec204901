package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestKeptStatements runs the same text inside itself, beyond what is kept, after an error, after a cancelled call, and
// by many at once.
func TestKeptStatements(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		tenant, err := db.EnsureTenant(ctx, "default", "Test")
		if err != nil {
			t.Fatal(err)
		}
		const query = `SELECT slug FROM tenants WHERE id=$1 OR slug=$2`
		err = db.View(ctx, func(ctx context.Context, tx *store.Tx) error {
			for i := range 600 {
				var n int
				if err := tx.Row(ctx, fmt.Sprintf("SELECT count(*)+%d FROM tenants WHERE id=$1", i), []any{tenant}, &n); err != nil || n != i+1 {
					return fmt.Errorf("%d: %d %w", i, n, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if !db.Postgres() { // one connection of PostgreSQL runs one query at a time
			err = db.View(ctx, func(ctx context.Context, tx *store.Tx) error {
				return tx.Rows(ctx, query, []any{tenant, ""}, func(*sql.Rows) error {
					var slug string
					return tx.Row(ctx, query, []any{"", "default"}, &slug)
				})
			})
			if err != nil {
				t.Error(err)
			}
		}
		err = db.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO tenants (id, slug, name, created_at) VALUES ($1,$2,'x',1)`, "ten_2", "default")
			return err
		})
		if !store.IsUnique(err) {
			t.Errorf("the slug twice: %v", err)
		}
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		err = db.View(cancelled, func(ctx context.Context, tx *store.Tx) error {
			var slug string
			return tx.Row(ctx, query, []any{tenant, ""}, &slug)
		})
		if err == nil {
			t.Error("a cancelled call succeeded")
		}
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for range 50 {
					err := db.View(ctx, func(ctx context.Context, tx *store.Tx) error {
						var slug string
						err := tx.Row(ctx, query, []any{"", fmt.Sprint("none-", i)}, &slug)
						if !errors.Is(err, sql.ErrNoRows) {
							return fmt.Errorf("nothing is there, but %q %w", slug, err)
						}
						return tx.Row(ctx, query, []any{tenant, ""}, &slug)
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	})
}
