package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

func TestJoinIsOneTransaction(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		tenant, err := db.EnsureTenant(ctx, "default", "Test")
		if err != nil {
			t.Fatal(err)
		}
		add := func(ctx context.Context, login string, then error) error {
			return db.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
				if err := tx.InsertUser(ctx, tenant, &sallyport.User{Login: login, Name: login}); err != nil {
					return err
				}
				return then
			})
		}
		known := func(ctx context.Context, login string) bool {
			err := db.View(ctx, func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.User(ctx, tenant, login)
				return err
			})
			return err == nil
		}
		refused := errors.New("refused")
		err = db.Join(ctx, func(ctx context.Context, _ *store.Tx) error {
			if err := add(ctx, "one", nil); err != nil {
				return err
			}
			if err := add(ctx, "two", refused); !errors.Is(err, refused) {
				t.Errorf("an update inside answers %v", err)
			}
			if err := add(ctx, "ONE", nil); sallyport.CodeOf(err) != sallyport.EConflict {
				t.Errorf("a login that is taken answers %v", err)
			}
			if !known(ctx, "one") || known(ctx, "two") {
				t.Error("a view inside does not see what the updates left")
			}
			return add(ctx, "three", nil)
		})
		if err != nil {
			t.Fatal(err)
		}
		if !known(ctx, "one") || known(ctx, "two") || !known(ctx, "three") {
			t.Error("what failed alone was not undone alone")
		}
		err = db.Join(ctx, func(ctx context.Context, _ *store.Tx) error {
			if err := add(ctx, "four", nil); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) || known(ctx, "four") {
			t.Errorf("a refused whole left something: %v", err)
		}
	})
}

func TestReplyIsKeptForADay(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		ctx := context.Background()
		tenant, err := db.EnsureTenant(ctx, "default", "Test")
		if err != nil {
			t.Fatal(err)
		}
		c := store.Call{Tenant: tenant, Caller: "usr_a", Route: "POST /x", Key: "k", BodyHash: "h"}
		within := func(f func(ctx context.Context, tx *store.Tx) error) error { return db.Update(ctx, f) }
		keep := func(r store.Reply) (ok bool) {
			if err := within(func(ctx context.Context, tx *store.Tx) (err error) { ok, err = tx.KeepReply(ctx, c, r); return err }); err != nil {
				t.Fatal(err)
			}
			return ok
		}
		find := func(c store.Call) (r store.Reply, found bool, err error) {
			err = within(func(ctx context.Context, tx *store.Tx) error { r, found, err = tx.Reply(ctx, c); return err })
			return r, found, err
		}
		if !keep(store.Reply{}) || keep(store.Reply{}) {
			t.Error("a key is claimed twice")
		}
		if !keep(store.Reply{Status: 201, Body: "{}"}) || keep(store.Reply{Status: 200}) {
			t.Error("an answer is not kept once")
		}
		if r, found, err := find(c); err != nil || !found || r.Status != 201 {
			t.Errorf("it is %v %v %v", r, found, err)
		}
		other := c
		other.BodyHash = "other"
		if _, _, err := find(other); sallyport.CodeOf(err) != sallyport.EPrecondition {
			t.Errorf("another body answers %v", err)
		}
		clock.Advance(store.IdempotencyLife)
		if n, err := db.PruneIdempotency(ctx); err != nil || n != 1 {
			t.Errorf("a day later %d are removed: %v", n, err)
		}
	})
}
