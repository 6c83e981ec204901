package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// A look that finds nothing due waits for nobody who writes; what is due is taken.
func TestTakeDueLooksFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for what, c := range map[string]struct {
			next *time.Time
			take bool
		}{"nothing": {nil, false}, "later": {new(db.Now().Add(time.Hour)), false}, "now": {new(db.Now()), true}} {
			took := false
			look := func(ctx context.Context) error {
				next, err := db.TakeDue(ctx, func(context.Context, *store.Tx) (*time.Time, error) { return c.next, nil },
					func(context.Context, *store.Tx) error { took = true; return nil })
				if next != c.next {
					t.Errorf("%s: next is %v, want %v", what, next, c.next)
				}
				return err
			}
			var err error
			if c.take {
				err = look(t.Context())
			} else {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				err = db.Update(ctx, func(context.Context, *store.Tx) error { return look(t.Context()) })
				cancel()
			}
			if err != nil || took != c.take {
				t.Errorf("%s: taken %v (%v), want %v", what, took, err, c.take)
			}
		}
	})
}
