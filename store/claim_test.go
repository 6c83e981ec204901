package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestClaimingPastABusyConnection: what waits for other connections, and for none, is claimed as it is due, each once,
// however much waits for one that is busy; and what waits for one that asked to be left alone is due when that ends.
func TestClaimingPastABusyConnection(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		u := w.user("ada")
		now := store.Micros(db.Now())
		var want []string
		for _, c := range []string{"busy", "b", "c", ""} {
			if c != "" {
				w.exec(`INSERT INTO connections (tenant_id, id, slug, name, kind, created_at, updated_at) VALUES ($1,$2,$3,$3,'ldap',1,1)`, w.tenant, "con_"+c, c)
			}
			for i, state := range []string{"removing", "present", "absent", "removing", "adding"} {
				r := w.resource(sallyport.KindApp, fmt.Sprint("app-", c, i), nil)
				id := fmt.Sprintf("prv_%s%d", c, i)
				w.exec(`INSERT INTO provisions (tenant_id, id, user_id, resource_id, relation, fulfilment, fulfilment_kind, state, since, next_at, created_at, connection_id)
					VALUES ($1,$2,$3,$4,'member','{}','connector',$5,$6,$6,$6,$7)`, w.tenant, id, u.ID, r.ID, state, now-int64(100-i), map[bool]any{true: nil, false: "con_" + c}[c == ""])
				if c != "busy" && state != "adding" {
					want = append(want, id)
				}
			}
		}
		var got []string
		for {
			var some []store.Provision
			if err := db.Take(t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
				some, err = tx.ClaimProvisions(ctx, store.Claim{Lane: store.LaneRemove, By: "w", Lease: time.Minute, Limit: 3, Except: []string{"con_busy"}})
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if len(some) == 0 {
				break
			}
			if len(some) > 3 {
				t.Fatalf("%d were claimed of 3", len(some))
			}
			first := len(got)
			for _, p := range some {
				got = append(got, p.ID)
			}
			slices.Sort(got[first:]) // what a statement returns is in no order
		}
		if got[0] != "prv_0" && got[0] != "prv_b0" && got[0] != "prv_c0" {
			t.Errorf("the first are %q", got[:3])
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("claimed are %q, want %q", got, want)
		}
		next := func() (at *time.Time) {
			w.view(func(ctx context.Context, tx *store.Tx) (err error) {
				at, err = tx.NextProvision(ctx, store.LaneRemove)
				return err
			})
			return at
		}
		if at := next(); at == nil || store.Micros(*at) != now-100 {
			t.Errorf("the next is due at %v, want what waits for the busy one", at)
		}
		held := store.FromMicros(now).Add(20 * time.Second)
		w.update(func(ctx context.Context, tx *store.Tx) error { return tx.HoldPace(ctx, w.tenant, "con_busy", held) })
		if at := next(); at == nil || !at.Equal(held) {
			t.Errorf("the next is due at %v, want %v", at, held)
		}
		w.exec(`UPDATE provisions SET lease_until=NULL, next_at=$2 WHERE tenant_id=$1 AND id='prv_c3'`, w.tenant, now-7)
		if at := next(); at == nil || store.Micros(*at) != now-7 {
			t.Errorf("the next is due at %v, want what waits for another than the held one", at)
		}
	})
}
