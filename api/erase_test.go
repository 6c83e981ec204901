package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestEraseByLogin: who is named by a login that is erased is answered with all the same, under their id.
func TestEraseByLogin(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		err := db.Update(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			return tx.InsertUser(ctx, w.tenant, &sallyport.User{Login: "nora.gone", Name: "Nora Gone", Email: "nora@example.com",
				Kind: sallyport.UserPerson, State: sallyport.UserGone, Source: "file"})
		})
		if err != nil {
			t.Fatal(err)
		}
		why := map[string]any{"reason": "she asked for it"}
		if a := w.call("auditor", "POST", "/users/nora.gone/erase", why); a.status != http.StatusForbidden {
			t.Errorf("an auditor erases: %d %s", a.status, a.body)
		}
		if a := w.call("admin", "POST", "/users/nobody.such/erase", why); a.status != http.StatusNotFound {
			t.Errorf("nobody is erased: %d %s", a.status, a.body)
		}
		a := w.must("admin", "POST", "/users/nora.gone/erase", why)
		if said := string(a.body); strings.Contains(strings.ToLower(said), "nora") || !strings.Contains(said, store.ErasedName) {
			t.Errorf("the answer is %s", said)
		}
		if a := w.call("admin", "GET", "/users/nora.gone", nil); a.status != http.StatusNotFound {
			t.Errorf("she is still found by her login: %d %s", a.status, a.body)
		}
	})
}
