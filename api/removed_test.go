package api_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestWhatWasRemovedIsRead: what was removed from the catalogue is asked for by the name it had, in every answer about what was, until
// something living goes by it.
func TestWhatWasRemovedIsRead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		role := w.must("admin", "POST", "/resources", map[string]any{"kind": "role", "name": "Watch", "slug": "watch"}).json(t)["id"].(string)
		w.must("admin", "POST", "/grants", map[string]any{"subject": "role:watch", "resource": "wiki", "no_end": true, "reason": "part of it"})
		w.must("admin", "POST", "/grants", map[string]any{"subject": "employee", "resource": "watch", "no_end": true, "reason": "keeps watch"})
		then := url.QueryEscape(db.Now().UTC().Format(time.RFC3339Nano))
		w.must("admin", "DELETE", "/resources/watch?reason=disbanded", nil)

		lists := []string{"/resources/watch/holders?at=" + then, "/resources/watch/history", "/history?role=watch", "/history?resource=watch", "/events?resource=watch", "/events?object=watch",
			"/grants?subject=role:watch", "/grants?resource=watch"}
		some := func(path string) []any {
			t.Helper()
			items := w.must("employee", "GET", path, nil).json(t)["items"].([]any)
			if len(items) == 0 {
				t.Errorf("%s says nothing", path)
			}
			return items
		}
		for _, path := range lists {
			some(path)
		}
		if r := w.must("employee", "GET", "/resources/watch", nil).json(t); r["id"] != role || r["deleted_at"] == nil {
			t.Errorf("%v", r)
		}
		for _, it := range some("/history?person=employee&resource=wiki&via=role&role=watch") {
			if why := it.(map[string]any)["ended_reason"]; why != "the role Watch was removed: disbanded" {
				t.Errorf("the wiki went because %q", why)
			}
		}
		for path, body := range map[string]map[string]any{
			"/grants":   {"subject": "employee", "resource": "watch", "no_end": true, "reason": "again"},
			"/requests": {"resource": "watch", "duration": "P1D", "reason": "again"},
		} {
			if a := w.call("admin", "POST", path, body); a.status != 404 {
				t.Errorf("%s of what was removed: %d %s", path, a.status, a.body)
			}
		}
		again := w.must("admin", "POST", "/resources", map[string]any{"kind": "role", "name": "Watch", "slug": "watch"}).json(t)["id"].(string)
		if r := w.must("employee", "GET", "/resources/watch", nil).json(t); r["id"] != again {
			t.Errorf("the name is %v, want the living one", r["id"])
		}
		if l := w.must("employee", "GET", "/history?role=watch", nil).json(t)["items"].([]any); len(l) != 0 {
			t.Errorf("the new one begins with %d rows", len(l))
		}
		some("/history?role=" + role)

		// Nor is it only the living who had something.
		err := db.Update(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE users SET state = 'suspended' WHERE login = 'teammate'")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		some("/grants?subject=teammate")
		for _, nobody := range []string{"user:", "role:"} {
			if a := w.call("employee", "GET", "/grants?subject="+nobody, nil); a.status != 400 {
				t.Errorf("the grants of %q: %d %s", nobody, a.status, a.body)
			}
		}
	})
}
