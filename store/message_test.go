package store_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/notify"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// messageWorld is a tenant with ada, who has an address, and bob, who has none.
func messageWorld(t *testing.T, db *store.DB) (tenant string, ada, bob sallyport.User) {
	t.Helper()
	tenant, err := db.EnsureTenant(t.Context(), "default", "Example")
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		ada = sallyport.User{Login: "ada", Name: "Ada", Email: "ada@example.com", TimeZone: "Europe/Vienna"}
		bob = sallyport.User{Login: "bob", Name: "Bob"}
		if err := tx.InsertUser(ctx, tenant, &ada); err != nil {
			return err
		}
		return tx.InsertUser(ctx, tenant, &bob)
	})
	if err != nil {
		t.Fatal(err)
	}
	return tenant, ada, bob
}

func TestMessages(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		tenant, ada, bob := messageWorld(t, db)
		at := clock.Now().Add(time.Hour)
		add := func(user, dedupe string) (added bool) {
			t.Helper()
			if err := db.Update(t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
				added, err = tx.AddMessage(ctx, tenant, store.NewMessage{UserID: user, Kind: "grant.ending", Dedupe: dedupe, Title: "Ends " + dedupe,
					Body: "soon", Link: "/access", Facts: []notify.Fact{{Name: "Ends", At: &at}}})
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return added
		}
		if !add(ada.ID, "one") || add(ada.ID, "one") || !add(ada.ID, "two") || !add(bob.ID, "one") || !add(ada.ID, "") || !add(ada.ID, "") {
			t.Error("a notice goes out once to each person")
		}
		err := db.Update(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Messages(ctx, tenant, ada.ID, true, store.Page{Limit: 3, Total: true})
			if err != nil || len(l.Items) != 3 || *l.Total != 4 || l.Items[2].Title != "Ends two" || !l.Items[2].Facts[0].At.Equal(at) {
				t.Errorf("%+v, %v", l, err)
			}
			l, err = tx.Messages(ctx, tenant, ada.ID, true, store.Page{Limit: 3, Cursor: l.NextCursor})
			if err != nil || len(l.Items) != 1 || l.Items[0].Title != "Ends one" || l.NextCursor != "" {
				t.Errorf("%+v, %v", l, err)
			}
			if n, err := tx.MarkRead(ctx, tenant, bob.ID, []string{l.Items[0].ID}); err != nil || n != 0 {
				t.Errorf("bob read ada's: %d, %v", n, err)
			}
			if n, err := tx.MarkRead(ctx, tenant, ada.ID, []string{l.Items[0].ID, "msg_unknown"}); err != nil || n != 1 {
				t.Errorf("%d, %v", n, err)
			}
			if n, err := tx.MarkRead(ctx, tenant, ada.ID, []string{}); err != nil || n != 0 {
				t.Errorf("none: %d, %v", n, err)
			}
			if n, err := tx.UnreadMessages(ctx, tenant, ada.ID); err != nil || n != 3 {
				t.Errorf("%d unread, %v", n, err)
			}
			if n, err := tx.MarkRead(ctx, tenant, ada.ID, nil); err != nil || n != 3 {
				t.Errorf("all: %d, %v", n, err)
			}
			if l, err := tx.Messages(ctx, tenant, ada.ID, false, store.Page{}); err != nil || len(l.Items) != 4 || l.Items[0].ReadAt == nil {
				t.Errorf("%+v, %v", l, err)
			}
			due, err := tx.ClaimDeliveries(ctx, store.ChannelEmail, 10, time.Minute)
			if err != nil || len(due) != 4 || due[0].To != (notify.Recipient{Name: "Ada", Email: "ada@example.com", TimeZone: "Europe/Vienna"}) {
				t.Errorf("bob has no address, so four are due: %+v, %v", due, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestDeliveryBackOff(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		tenant, ada, _ := messageWorld(t, db)
		do := func(f func(ctx context.Context, tx *store.Tx) error) {
			t.Helper()
			if err := db.Update(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		do(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.AddMessage(ctx, tenant, store.NewMessage{UserID: ada.ID, Kind: "x", Title: "x"})
			return err
		})
		claim := func() (due []store.Delivery) {
			t.Helper()
			do(func(ctx context.Context, tx *store.Tx) (err error) {
				due, err = tx.ClaimDeliveries(ctx, store.ChannelEmail, 10, time.Minute)
				return err
			})
			return due
		}
		next := func() (wait time.Duration, ok bool) {
			t.Helper()
			do(func(ctx context.Context, tx *store.Tx) error {
				at, err := tx.NextDelivery(ctx, store.ChannelEmail)
				if ok = at != nil; ok {
					wait = at.Sub(tx.Now()).Round(time.Second)
				}
				return err
			})
			return wait, ok
		}
		begun := clock.Now()
		var waits []string
		for {
			due := claim()
			if len(due) != 1 {
				t.Fatalf("%d due after %s", len(due), clock.Now().Sub(begun))
			}
			if len(claim()) != 0 {
				t.Fatal("claimed twice")
			}
			var gaveUp bool
			do(func(ctx context.Context, tx *store.Tx) (err error) {
				stale := due[0]
				stale.Attempt-- // a worker that lost its lease changes nothing
				if gaveUp, err := tx.DeliveryFailed(ctx, stale, "stale", true); err != nil || gaveUp {
					t.Errorf("stale: %v, %v", gaveUp, err)
				}
				gaveUp, err = tx.DeliveryFailed(ctx, due[0], "it answered 451", false)
				return err
			})
			wait, waiting := next()
			if gaveUp == waiting {
				t.Fatalf("gave up %v, waiting %v", gaveUp, waiting)
			}
			if gaveUp {
				break
			}
			if len(waits) < 9 {
				waits = append(waits, wait.String())
			}
			clock.Advance(wait + time.Second)
		}
		if got := strings.Join(waits, " "); got != "30s 1m0s 2m0s 4m0s 8m0s 16m0s 32m0s 1h0m0s 1h0m0s" {
			t.Errorf("waits %s", got)
		}
		if d := clock.Now().Sub(begun); d < 70*time.Hour || d > 73*time.Hour {
			t.Errorf("gave up after %s", d)
		}
		do(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Messages(ctx, tenant, ada.ID, false, store.Page{})
			if err != nil {
				return err
			}
			states, err := tx.Deliveries(ctx, tenant, l.Items[0].ID)
			if err != nil || fmt.Sprint(states) != "map[email:failed]" {
				t.Errorf("%v, %v", states, err)
			}
			return nil
		})
	})
}

func TestClaimIsExclusive(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tenant, ada, _ := messageWorld(t, db)
		if err := db.Update(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			for range 60 {
				if _, err := tx.AddMessage(ctx, tenant, store.NewMessage{UserID: ada.ID, Kind: "x", Title: "x"}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var wg sync.WaitGroup
		claims := map[string]int{}
		for range 4 {
			wg.Go(func() {
				for {
					var due []store.Delivery
					if err := db.Update(t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
						due, err = tx.ClaimDeliveries(ctx, store.ChannelEmail, 7, time.Minute)
						return err
					}); err != nil {
						t.Error(err)
						return
					}
					if len(due) == 0 {
						return
					}
					mu.Lock()
					for _, d := range due {
						claims[d.Message.ID]++
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if len(claims) != 60 {
			t.Errorf("%d of 60 claimed", len(claims))
		}
		for id, n := range claims {
			if n != 1 {
				t.Errorf("%s claimed %d times", id, n)
			}
		}
	})
}
