package store_test

import (
	"context"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestWhatEndsOfFewThingsReadsThem: what ends of what somebody owns is not looked for by the index of all that ends, which
// PostgreSQL takes where it may; what ends in the company is.
func TestWhatEndsOfFewThingsReadsThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ada, bob, mine, other := w.user("ada"), w.user("bob"), w.resource(sallyport.KindApp, "mine", nil), w.resource(sallyport.KindApp, "other", nil)
		w.hold(ada, mine, sallyport.Owner)
		for _, r := range []sallyport.Resource{mine, other} {
			w.exec(`UPDATE grants SET no_end = FALSE, ends_at = starts_at + 1000000000 WHERE id = $1`, w.hold(bob, r, sallyport.Member).ID)
		}
		for owner, want := range map[string]int{ada.ID: 1, "": 2} {
			by := map[bool]int{}
			for _, s := range w.traced("ends", true, func(ctx context.Context, tx *store.Tx) error {
				l, err := tx.Expiring(ctx, w.tenant, everything, store.ExpiringFilter{OwnedBy: owner}, store.Page{})
				if len(l.Items) != want {
					t.Errorf("of %q %d end, want %d", owner, len(l.Items), want)
				}
				return err
			}) {
				if strings.Contains(s.query, "g.ends_at IS NOT NULL") {
					by[strings.Contains(s.query, "g.ends_at > ")]++
				}
			}
			if by[owner == ""] == 0 || by[owner != ""] > 0 {
				t.Errorf("of %q: %v", owner, by)
			}
		}
	})
}
