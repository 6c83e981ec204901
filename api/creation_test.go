package api_test

import (
	"net/http"
	"strings"
	"testing"
)

// newThings: what is new is asked for, tried out, edited, made and told of by the same calls as any request.
func newThings(t *testing.T, w *world) {
	name := w.name("Sketchpad")
	thing := map[string]any{"kind": "app", "name": name, "slug": "sketchpad", "members": []string{"teammate"}, "entitlements": []any{map[string]any{"name": "Editors"}}}
	ask := map[string]any{"create": thing, "reason": "to draw"}
	p := w.must("employee", "POST", "/requests/preview", ask).json(t)
	if stages := p["stages"].([]any); len(stages) != 1 || len(p["problems"].([]any)) != 0 || p["resource"].(map[string]any)["slug"] != "sketchpad" {
		t.Errorf("preview: %v", p)
	}
	for what, bad := range map[string]map[string]any{
		"no form":         {"kind": "create", "reason": "why"},
		"a resource too":  {"create": thing, "resource": "wiki", "reason": "why"},
		"a length":        {"create": thing, "duration": "P1D", "reason": "why"},
		"for another":     {"create": thing, "beneficiary": "teammate", "reason": "why"},
		"another kind":    {"create": thing, "kind": "access", "reason": "why"},
		"no reason":       {"create": thing},
		"an unknown kind": {"create": map[string]any{"kind": "work_order", "name": "X"}, "reason": "why"},
		"an unknown word": {"create": map[string]any{"kind": "app", "name": "X", "flow": "none"}, "reason": "why"},
	} {
		if a := w.call("employee", "POST", "/requests", bad); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
	id := w.must("employee", "POST", "/requests", ask).text(t, "id")
	if a := w.call("teammate", "POST", "/requests", ask); a.status != http.StatusConflict || !strings.Contains(string(a.body), id) {
		t.Errorf("somebody else asks for the same: %d %s", a.status, a.body)
	}
	votes := "/requests/" + id + "/votes"
	for _, who := range []string{"employee", "teammate", "owner", "auditor"} {
		if a := w.call(who, "POST", votes, map[string]any{"vote": "approve"}); a.status != http.StatusForbidden {
			t.Errorf("%s approves it: %d %s", who, a.status, a.body)
		}
	}
	edited := map[string]any{"kind": "app", "name": name, "slug": "drawing-board", "owners": []string{"employee"}, "members": []string{"teammate"}}
	ballot := map[string]any{"vote": "approve", "edited": edited}
	trial := w.must("admin", "POST", votes+"?dry_run=true", ballot).json(t)
	impact := trial["impact"].(map[string]any)
	if impact["gained"] != float64(2) || impact["events"].(map[string]any)["resource.created"] != float64(1) {
		t.Errorf("tried out: %v", impact)
	}
	if a := w.call("admin", "GET", "/resources/drawing-board", nil); a.status != http.StatusNotFound {
		t.Errorf("trying it out made it: %d", a.status)
	}
	if r := w.must("admin", "GET", "/requests/"+id, nil).json(t); r["state"] != "pending" || r["version"] != float64(1) {
		t.Errorf("trying it out decided it: %v", r["state"])
	}
	w.must("admin", "POST", votes, ballot)
	r := w.must("employee", "GET", "/requests/"+id, nil).json(t)
	c := r["create"].(map[string]any)
	if r["state"] != "approved" || r["resource"].(map[string]any)["slug"] != "drawing-board" || c["made"].(map[string]any)["slug"] != "drawing-board" ||
		c["asked"].(map[string]any)["slug"] != "sketchpad" || c["decided"].(map[string]any)["slug"] != "drawing-board" || c["edited_by"].(map[string]any)["login"] != "admin" {
		t.Errorf("decided: %v", r)
	}
	if len(c["changes"].([]any)) != 2 { // slug and parts; the requester owned it already
		t.Errorf("changes: %v", c["changes"])
	}
	log := string(w.must("auditor", "GET", "/events?verb=request.edited&limit=10", nil).body)
	for _, word := range []string{"sketchpad", "drawing-board", `"slug.before"`, `"slug.after"`} {
		if !strings.Contains(log, word) {
			t.Errorf("the log has no %s: %.800s", word, log)
		}
	}
	if items := w.must("employee", "GET", "/requests?kind=create&resource=drawing-board", nil).json(t)["items"].([]any); len(items) != 1 {
		t.Errorf("%d requests are about what was made", len(items))
	}
	if a := w.call("admin", "POST", votes, ballot); a.status != http.StatusConflict {
		t.Errorf("the second press: %d %s", a.status, a.body)
	}
	if a := w.call("lead", "POST", "/requests/"+w.request()+"/votes", ballot); a.status != http.StatusBadRequest {
		t.Errorf("an edit of a request for access: %d %s", a.status, a.body)
	}
}
