package api_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/api"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/catalog/demo"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestNothingCrossesTenants puts a second company of the same names beside the first. An admin of the first who knows the
// ids of the second finds nothing by them, in any route and place, changes nothing, and no list shows anything of it.
func TestNothingCrossesTenants(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		w := newWorld(t, db)
		other, err := db.EnsureTenant(ctx, "globex", "Globex")
		if err != nil {
			t.Fatal(err)
		}
		if err := demo.Seed(ctx, catalog.New(db, access.New(db, nil, "http://127.0.0.1"), nil, nil), other); err != nil {
			t.Fatal(err)
		}
		tables := []string{"users", "resources", "requests", "grants", "tasks", "tags", "messages", "events", "connections"}
		ids, foreign := map[string]string{}, map[string]bool{}
		count := func() (n map[string]string) {
			n = map[string]string{}
			err := db.View(ctx, func(ctx context.Context, tx *store.Tx) error {
				for _, table := range tables {
					var rows, ended int
					if err := tx.Row(ctx, `SELECT count(*) FROM `+table+` WHERE tenant_id=$1`, []any{other}, &rows); err != nil {
						return err
					}
					if table == "grants" {
						if err := tx.Row(ctx, `SELECT count(*) FROM grants WHERE tenant_id=$1 AND ended_at IS NOT NULL`, []any{other}, &ended); err != nil {
							return err
						}
					}
					n[table] = fmt.Sprint(rows, ended)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := count()
		if err := db.View(ctx, func(ctx context.Context, tx *store.Tx) error {
			for _, table := range tables {
				err := tx.Rows(ctx, `SELECT id FROM `+table+` WHERE tenant_id=$1`, []any{other}, func(r *sql.Rows) error {
					var id string
					err := r.Scan(&id)
					ids[table], foreign[id] = id, true
					return err
				})
				if err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if len(ids) < 6 || len(foreign) < 500 {
			t.Fatalf("the other company has only %v", ids)
		}
		bodies := map[string]string{ // what makes a call right but for the id
			"vote": `{"vote":"approve"}`, "complete": `{"evidence":"x"}`, "reject": `{"reason":"x"}`, "end": `{"reason":"x"}`,
		}
		for _, r := range api.Routes() {
			if !strings.Contains(r.Path, "{") {
				continue
			}
			w.afresh("admin")
			for table, id := range ids {
				path := strings.NewReplacer("{id}", id, "{other}", id, "{tag}", id).Replace(r.Path)
				body := "{}"
				for word, b := range bodies {
					if strings.Contains(r.Path[strings.LastIndex(r.Path, "/"):], word) {
						body = b
					}
				}
				var in any
				if r.Method != "GET" {
					in = body
				}
				a := w.call("admin", r.Method, path, in)
				if a.status != 404 && (r.Method == "GET" || a.status < 400 || a.status >= 500) {
					t.Errorf("%s %s with an id of %s of another company: %d %.200s", r.Method, r.Path, table, a.status, a.body)
				}
			}
		}
		for _, body := range []string{
			fmt.Sprintf(`{"resource":%q,"duration":"P1D","reason":"x"}`, ids["resources"]),
			fmt.Sprintf(`{"resource":"wiki","beneficiary":%q,"duration":"P1D","reason":"x"}`, ids["users"]),
		} {
			if a := w.call("admin", "POST", "/requests", body); a.status != 404 {
				t.Errorf("POST /requests %s: %d %s", body, a.status, a.body)
			}
		}
		if a := w.call("admin", "POST", "/grants", fmt.Sprintf(`{"subject":%q,"resource":"wiki","duration":"P1D","reason":"x"}`, ids["users"])); a.status != 404 {
			t.Errorf("a grant to somebody of another company: %d %s", a.status, a.body)
		}
		for _, list := range []string{"/users?state=all", "/resources", "/requests", "/grants", "/tasks", "/events", "/tags", "/connections", "/sessions?user=all", "/tokens"} {
			sep := "?"
			if strings.Contains(list, "?") {
				sep = "&"
			}
			for cursor, n := "", 0; n < 100; n++ {
				a := w.must("admin", "GET", list+sep+"limit=200&cursor="+cursor, nil)
				l := a.json(t)
				for _, it := range l["items"].([]any) {
					if id, _ := it.(map[string]any)["id"].(string); foreign[id] {
						t.Fatalf("%s shows %s of another company", list, id)
					}
				}
				if cursor, _ = l["next_cursor"].(string); cursor == "" {
					break
				}
			}
		}
		if a := w.must("auditor", "GET", "/audit/export", nil); strings.Contains(string(a.body), ids["users"]) || strings.Contains(string(a.body), other) {
			t.Error("the export has something of another company")
		}
		if after := count(); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("the other company changed: %v, then %v", before, after)
		}
	})
}
