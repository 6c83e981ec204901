package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
)

// rehearsedLater: what begins later counts from then. What somebody has now and would have again later is lost until then,
// and what they are given before that is gained.
func rehearsedLater(t *testing.T, w *world) {
	free := map[string]any{"no_approval": true}
	role, thing := w.resource(map[string]any{"kind": "role", "flow": free}), w.resource(map[string]any{})
	w.must("admin", "POST", "/grants", map[string]any{"subject": "role:" + role, "resource": thing, "no_end": true, "reason": "to try it out"})
	begins := time.Now().AddDate(0, 0, 10).UTC().Truncate(time.Second)
	said := w.rehearsed(t, "employee", "POST", "/requests", map[string]any{"resource": role, "starts_at": begins, "duration": "P30D"}, map[string]int{"gained": 2})
	for _, it := range said.Impact.Items {
		if it.After.StartsAt == nil || !it.After.StartsAt.Equal(begins) {
			t.Errorf("%s begins %v, and not %s", it.Resource.Slug, it.After.StartsAt, begins)
		}
	}
	for _, length := range []string{"P5D", "P20D", "P90D"} { // until before it begins, into it, and beyond
		given := w.rehearsed(t, "admin", "POST", "/grants", map[string]any{"subject": "employee", "resource": thing, "duration": length, "reason": "to try it out"}, map[string]int{"gained": 1})
		if again := given.Impact.Items[0].After.AgainAt; (again != nil) != (length == "P5D") {
			t.Errorf("%s: it begins again %v", length, again)
		}
		var l struct{ Items []sallyport.Grant }
		if err := json.Unmarshal(w.must("admin", "GET", "/grants?active=true&subject=employee&resource="+thing, nil).body, &l); err != nil || len(l.Items) != 1 {
			t.Fatal(err, len(l.Items))
		}
		w.rehearsed(t, "admin", "POST", "/grants/"+l.Items[0].ID+"/end", map[string]any{"reason": "tried out"}, map[string]int{"lost": 1})
	}
}
