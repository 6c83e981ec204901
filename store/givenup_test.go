package store_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestGivenUpWhileReading ends a call's time while its rows are being read: it is told as a call that took too long, and
// not as a fault of the server.
func TestGivenUpWhileReading(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		err := db.View(ctx, func(ctx context.Context, tx *store.Tx) error {
			return tx.Rows(ctx, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i FROM n`, nil, func(r *sql.Rows) error {
				cancel()
				for { // until the driver has noticed
					var i int
					if err := r.Scan(&i); err != nil {
						return err
					}
				}
			})
		})
		if sallyport.CodeOf(err) != sallyport.EUnavailable {
			t.Errorf("it is told as %s: %v", sallyport.CodeOf(err), err)
		}
	})
}
